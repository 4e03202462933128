"""To come."""

from flask import Blueprint

pages = Blueprint("media", __name__)
