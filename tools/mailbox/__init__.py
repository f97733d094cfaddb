"""A mailbox on this machine: takes all mail that the site sends, delivers none, and shows it on a page.

So a newcomer can press the link in a confirmation letter, and a test can read it. It listens on loopback only.
"""
