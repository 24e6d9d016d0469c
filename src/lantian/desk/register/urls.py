"""Addresses of a register."""

from django.urls import URLPattern, path

from lantian.desk.register import attachments, bulk, exports, imports, saved, views
from lantian.desk.register.spec import Register


def routes(register: Register) -> list[URLPattern]:
    """Return the addresses of one register, for the `urls` of its app.

    They lie under the register's name, or at the root of the app where it has none.
    """
    base = f"{register.name}/" if register.name else ""
    given = {"register": register}

    def named(page: str) -> str:
        return register.route(page).partition(":")[2]

    found = [
        path(base, views.rows, given, name=named("list")),
        path(f"{base}new", views.new, given, name=named("new")),
        path(f"{base}bulk", bulk.bulk, given, name=named("bulk")),
        path(f"{base}saved", saved.saved, given, name=named("saved")),
        path(f"{base}map.json", views.map_data, given, name=named("map")),
        path(f"{base}template", imports.template_file, given, name=named("template")),
        path(f"{base}import", imports.new_import, given, name=named("import")),
        path(f"{base}import/<uuid:pk>", imports.batch_page, given, name=named("batch")),
        path(f"{base}export", exports.export, given, name=named("export")),
        path(f"{base}<int:pk>/", views.row, given, name=named("detail")),
        path(f"{base}<int:pk>/edit", views.edit, given, name=named("edit")),
        path(f"{base}<int:pk>/remove", views.remove, given, name=named("remove")),
        path(f"{base}<int:pk>/note", views.note, given, name=named("note")),
    ]
    if not register.documents:
        return found
    of_row = f"{base}<int:pk>/documents"
    one = f"{of_row}/<int:number>"
    return [
        *found,
        path(f"{of_row}/new", attachments.attach_page, given, name=named("attach")),
        path(one, attachments.document, given, name=named("document")),
        path(f"{one}/withdraw", attachments.withdraw_document, given, name=named("withdraw")),
    ]
