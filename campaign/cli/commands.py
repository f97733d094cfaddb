"""The commands: accounts, database, db, demo, mail, worker. Each is imported when it is called.

A process of the site needs none of them, nor what they take along: the worker's engine, Alembic, a reader of the DNS.
"""

from importlib import import_module

import click
from flask.cli import AppGroup

COMMANDS = {
    "accounts": ("campaign.cli.accounts", "accounts"),
    "database": ("campaign.cli.database", "database"),
    "db": ("campaign.cli.migrations", "migrations"),
    "demo": ("campaign.cli.demo", "demo"),
    "mail": ("campaign.cli.mail", "mail"),
    "worker": ("campaign.cli.working", "work"),
}


class Commands(AppGroup):
    """What `flask` finds of ours, by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*COMMANDS, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in COMMANDS:
            module, name = COMMANDS[cmd_name]
            found: click.Command = getattr(import_module(module), name)
            return found
        return super().get_command(ctx, cmd_name)
