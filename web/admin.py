"""To come."""

from flask import Blueprint

pages = Blueprint("admin", __name__)
