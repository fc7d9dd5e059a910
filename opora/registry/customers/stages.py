"""Kinds of customers, told apart by the requisites they may have."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CustomerKind(models.TextChoices):
    INDIVIDUAL = "INDIVIDUAL", _("individual")
    SOLE_PROPRIETOR = "SOLE_PROPRIETOR", _("sole proprietor")
    LEGAL_ENTITY = "LEGAL_ENTITY", _("legal entity")
