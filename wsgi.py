"""What a WSGI server loads: `granian --interface wsgi wsgi:app`."""

import gc

from campaign import create_app
from config import Settings

app = create_app(Settings.from_env())
gc.collect()
gc.freeze()  # what is there now stays for good; walking it anew costs a busy request a tenth of a second now and then
