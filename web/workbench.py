"""To come."""

from flask import Blueprint

from pipeline.models import Account, Role
from web.auth import role

pages = Blueprint("workbench", __name__)


@pages.get("/staff/")
@role(Role.TRANSLATOR, Role.REVIEWER, Role.ADMIN)
def queue(account: Account) -> str:
    """To come."""
    return "to come"
