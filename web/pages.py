"""Mounts the pages on the application."""

from fastapi import FastAPI


def mount_pages(app: FastAPI, house: object) -> None:
    """Pages follow."""
