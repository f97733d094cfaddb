"""The extensions, unbound, and `Record`, the base of all models."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import Babel, force_locale, gettext, lazy_gettext, ngettext
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_mail import Mail
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import Enum, MetaData
from sqlalchemy.orm import DeclarativeBase, registry

from campaign.columns import Texts, TextsColumn, Utc

NAMING: Mapping[str, str] = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Record(DeclarativeBase):
    """The base of all models."""

    registry = registry(
        metadata=MetaData(naming_convention=dict(NAMING)),
        type_annotation_map={datetime: Utc, Texts: TextsColumn},
    )


def choice_of(enum: type[Any]) -> Enum:
    """A column for a StrEnum: its values as text with a CHECK, no database type to migrate."""
    return Enum(
        enum,
        native_enum=False,
        length=16,
        create_constraint=False,
        values_callable=lambda members: [member.value for member in members],
    )


in_language = force_locale  # `with in_language("fr"):` for what is said outside a page, such as a letter
say, say_many = gettext, ngettext  # the `_()` and `ngettext()` of letters
_l = lazy_gettext  # for texts that models and forms hold; `pybabel` collects them by this name

db = SQLAlchemy(model_class=Record)
mail = Mail()
csrf = CSRFProtect()
babel = Babel()
limiter = Limiter(key_func=get_remote_address, storage_uri="memory://")
