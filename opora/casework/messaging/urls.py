from django.urls import path

from opora.casework.messaging.views import customers, messages, notices, templates

app_name = "messaging"
urlpatterns = [
    path("", messages.listing, name="list"),
    path("<int:message_id>/", messages.message, name="message"),
    path("<int:message_id>/retry/", messages.retry, name="retry"),
    path("<int:message_id>/cancel/", messages.cancel, name="cancel"),
    path("of-customer/<int:customer_id>/", customers.of_customer, name="of_customer"),
    path("of-customer/<int:customer_id>/more/", customers.more, name="more_of_customer"),
    path("of-customer/<int:customer_id>/consent/", customers.consent, name="consent"),
    path("of-customer/<int:customer_id>/preference/", customers.preference, name="preference"),
    path("bell/", notices.bell, name="bell"),
    path("notices/", notices.notices, name="notices"),
    path("notices/read/", notices.read_all, name="read_all"),
    path("notices/<int:notice_id>/", notices.open_notice, name="notice"),
    path("notices/<int:notice_id>/read/", notices.read, name="read"),
    path("templates/", templates.listing, name="templates"),
    path("templates/<int:template_id>/", templates.template, name="template"),
    path("templates/<int:template_id>/preview/", templates.preview, name="preview"),
]
