"""What builds, installs and starts the project. Nothing here is part of the site."""
