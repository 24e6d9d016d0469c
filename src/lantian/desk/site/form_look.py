"""How `{{ form }}` looks on every page: the setting FORM_RENDERER names this class."""

from collections.abc import Mapping
from typing import Any, Final

from django.forms.renderers import DjangoTemplates
from django.forms.utils import flatatt
from django.template.loader import get_template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

_SELECT: Final = "django/forms/widgets/select.html"


class FormLook(DjangoTemplates):
    """Forms and their fields by the templates in parts/; widgets by Django's own."""

    form_template_name = "parts/fields.html"
    field_template_name = "parts/field.html"

    def get_template(self, template_name: str) -> Any:
        """Find our own templates where every page finds them."""
        if template_name.startswith("parts/"):
            return get_template(template_name)
        return super().get_template(template_name)

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        """Render; a drop-down by itself, as Django includes two templates for each option."""
        if template_name == _SELECT:
            return _select(context["widget"])
        return super().render(template_name, context, request)


def _select(widget: Mapping[str, Any]) -> SafeString:
    """Drop-down with its options, as Django's own template makes it."""
    parts = [f"<select{flatatt({'name': widget['name'], **widget['attrs']})}>"]
    for group, options, _ in widget["optgroups"]:
        parts += [f'<optgroup label="{conditional_escape(group)}">'] if group else []
        parts += [_option(option) for option in options]
        parts += ["</optgroup>"] if group else []
    return SafeString("\n".join([*parts, "</select>"]))


def _option(option: Mapping[str, Any]) -> str:
    value, label = (conditional_escape(option[name]) for name in ("value", "label"))
    more = flatatt(option["attrs"]) if option["attrs"] else ""
    return f'<option value="{value}"{more}>{label}</option>'
