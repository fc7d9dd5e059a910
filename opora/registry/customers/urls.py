from django.urls import include, path

from opora.registry.customers.views import addresses, belongings, cards, imports, lists, registration, supply

app_name = "customers"

_card = [
    path("", cards.card, name="card"),
    path("head/", cards.head, name="head"),
    path("edit/", registration.edit, name="edit"),
    path("group/", registration.move, name="move"),
    path("points/", belongings.points, name="points"),
    path("points/new/", belongings.point, name="add_point"),
    path("points/<int:point_id>/", belongings.point, name="point"),
    path("contacts/", belongings.contacts, name="contacts"),
    path("contacts/new/", belongings.contact, name="add_contact"),
    path("contacts/<int:contact_id>/", belongings.contact, name="contact"),
    path("contacts/<int:contact_id>/remove/", belongings.remove_contact, name="remove_contact"),
    path("persons/new/", belongings.person, name="add_person"),
    path("persons/<int:person_id>/", belongings.person, name="person"),
    path("persons/<int:person_id>/remove/", belongings.remove_person, name="remove_person"),
    path("addresses/new/", belongings.address, name="add_address"),
    path("addresses/<str:kind>/", belongings.address, name="address"),
    path("addresses/<str:kind>/remove/", belongings.remove_address_of, name="remove_address"),
    path("agreements/", belongings.agreements, name="agreements"),
    path("agreements/new/", belongings.agreement, name="add_agreement"),
    path("agreements/<int:agreement_id>/end/", belongings.end, name="end_agreement"),
    path("history/", cards.history, name="history"),
]

urlpatterns = [
    path("", lists.customers, name="list"),
    path("export/", lists.export, name="export"),
    path("found/", lists.found, name="found"),
    path("below/<int:element_id>/", supply.below, name="below"),
    path("new/", registration.register, name="register"),
    path("check/", registration.check, name="check"),
    path("addresses/", addresses.addresses, name="addresses"),
    path("addresses/match/", addresses.match, name="match_addresses"),
    path("addresses/<int:doubt_id>/", addresses.decide, name="decide_address"),
    path("addresses/<int:doubt_id>/reopen/", addresses.reopen, name="reopen_address"),
    path("import/", imports.imports, name="import"),
    path("import/sample/", imports.sample, name="import_sample"),
    path("import/<int:import_id>/", imports.report, name="import_report"),
    path("import/<int:import_id>/state/", imports.state, name="import_state"),
    path("import/<int:import_id>/apply/", imports.apply, name="import_apply"),
    path("import/<int:import_id>/errors/", imports.errors, name="import_errors"),
    path("<int:customer_id>/", include(_card)),
]
