"""What all faces share: guards, headers, errors, languages, the page furniture."""
