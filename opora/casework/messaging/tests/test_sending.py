from opora.casework.messaging.operations import Recipient, send

VALUES = {"number": "01-2026-000017", "topic": "Качество напряжения", "due": "24.12.2026"}


def test_a_message_waits_with_its_words_and_address(customer, email, templates, admin):
    message = send(
        template="case_registered", to=Recipient(customer_id=customer.pk), values=VALUES, once="registered:17", by=admin
    )

    assert (message.state, message.channel, message.address) == ("QUEUED", "EMAIL", "elkin@example.org")
    assert message.subject == "Ваше обращение № 01-2026-000017 зарегистрировано"
