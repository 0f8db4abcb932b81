"""Names a page's modules in its head, so that they are on their way before the page is read."""

from __future__ import annotations

from django import template
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from quadrat.static_storage import module_files

register = template.Library()


@register.simple_tag
def module_preloads(name: str) -> SafeString:
    """A ``modulepreload`` for each file that the module needs, such as `quadrat/editor/main.js`."""
    links = ((static(file),) for file in module_files(name))
    return format_html_join("\n  ", '<link rel="modulepreload" href="{}">', links)
