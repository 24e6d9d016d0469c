"""How `{{ form }}` looks on every page: the setting FORM_RENDERER names this class."""

from typing import Any

from django.forms.renderers import DjangoTemplates
from django.template.loader import get_template


class FormLook(DjangoTemplates):
    """Forms and their fields by the templates in parts/; widgets by Django's own."""

    form_template_name = "parts/fields.html"
    field_template_name = "parts/field.html"

    def get_template(self, template_name: str) -> Any:
        """Find our own templates where every page finds them."""
        if template_name.startswith("parts/"):
            return get_template(template_name)
        return super().get_template(template_name)
