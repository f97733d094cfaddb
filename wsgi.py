"""What a WSGI server loads: `granian --interface wsgi wsgi:app`."""

from campaign import create_app
from config import Settings

app = create_app(Settings.from_env())
