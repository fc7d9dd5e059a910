from django.urls import path

from opora.registry.organization.views import directory, structure

app_name = "organization"
urlpatterns = [
    path("directory/", directory.directory, name="directory"),
    path("directory/rows/", directory.rows, name="rows"),
    path("directory/new/", directory.hire, name="hire"),
    path("directory/<int:employee_id>/", directory.employee, name="employee"),
    path("directory/<int:employee_id>/change/", directory.change, name="change"),
    path("directory/<int:employee_id>/dismiss/", directory.dismiss, name="dismiss"),
    path("directory/<int:employee_id>/absences/", directory.record_absence, name="record_absence"),
    path(
        "directory/<int:employee_id>/absences/<int:absence_id>/cancel/",
        directory.cancel_absence,
        name="cancel_absence",
    ),
    path("directory/<int:employee_id>/deputies/", directory.deputies, name="deputies"),
    path("directory/<int:employee_id>/deputy/", directory.set_deputy, name="set_deputy"),
    path("structure/", structure.structure, name="structure"),
    path("structure/<slug:kind>/new/", structure.add, name="add"),
    path("structure/<slug:kind>/<int:row_id>/", structure.change, name="change_row"),
    path("structure/<slug:kind>/<int:row_id>/close/", structure.close, name="close_row"),
]
