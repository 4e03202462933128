"""To come."""

from flask import Blueprint

from pipeline.models import Account, Role
from web.auth import role

pages = Blueprint("social", __name__)


@pages.get("/social/")
@role(Role.SOCIAL, Role.REVIEWER, Role.ADMIN)
def gallery(account: Account) -> str:
    """To come."""
    return "to come"
