from django.urls import path

from opora.processes.outages.views import board, outage, supply

app_name = "outages"
urlpatterns = [
    path("", board.board, name="board"),
    path("now/", board.now, name="now"),
    path("all/", board.listing, name="list"),
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
