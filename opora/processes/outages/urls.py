from django.urls import path

from opora.processes.outages.views import board, journal, limits, outage, public, supply

app_name = "outages"
urlpatterns = [
    path("", board.board, name="board"),
    path("now/", board.now, name="now"),
    path("all/", board.listing, name="list"),
    path("journal/", journal.journal, name="journal"),
    path("journal/export/", journal.export, name="journal_export"),
    path("indices/", journal.indices, name="indices"),
    path("indices/export/", journal.indices_export, name="indices_export"),
    path("limits/", limits.limits, name="limits"),
    path("public/", public.outages, name="public"),
    path("new/", board.emergency, name="emergency"),
    path("planned/new/", board.planned, name="planned"),
    path("<int:outage_id>/", outage.outage, name="outage"),
    path("<int:outage_id>/top/", outage.top, name="top"),
    path("<int:outage_id>/affected/", outage.affected, name="affected"),
    path("<int:outage_id>/do/<slug:action>/", outage.act, name="act"),
    path("<int:outage_id>/step/<slug:name>/", outage.step, name="step"),
    path("supply/of-customer/<int:customer_id>/", supply.of_customer, name="supply_of_customer"),
    path("supply/<int:usage_point_id>/report/", supply.report, name="report"),
]
