"""The words of messages, in versions."""

from pathlib import Path
from tomllib import loads

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from opora.casework.messaging.events import TemplateSaved
from opora.casework.messaging.models import MessageTemplate
from opora.casework.messaging.rules import STANDARD_FIELDS, fields_of
from opora.casework.messaging.stages import Channel
from opora.platform.access.models import User
from opora.platform.errors import BusinessError, ChangedMeanwhile, NotVisible
from opora.platform.journal.operations import publish_many

#: The words that every installation begins with.
TEMPLATES = Path(__file__).resolve().parent.parent / "templates.toml"

MAX_TEXT = 20_000


class UnknownField(BusinessError):
    """The words use a name in braces that nobody will fill."""

    code = "unknown_field"


class TextMissing(BusinessError):
    code = "text_missing"


class SubjectMissing(BusinessError):
    code = "subject_missing"


@transaction.atomic
def change_template(*, template_id: int, subject: str, body: str, by: User) -> MessageTemplate:
    """Replace the words of a template by a new version; messages already queued keep theirs.

    :param template_id: of the version that the editor has seen.
    :raises ChangedMeanwhile: when that version is not in force any more.
    :raises UnknownField, TextMissing, SubjectMissing: naming what to mend.
    """
    old = MessageTemplate.objects.select_for_update().filter(pk=template_id).first()
    if old is None:
        raise NotVisible(_("There is no such template."))
    if old.replaced_at is not None:
        raise ChangedMeanwhile(_("Somebody changed this template meanwhile: look at it again and repeat."))
    subject, body = " ".join(subject.split()), body.replace("\r\n", "\n").replace("\x00", "").strip()
    _check_words(old, subject, body)
    if (subject, body) == (old.subject, old.body):
        return old
    now = timezone.now()
    old.replaced_at = now
    old.save(update_fields=["replaced_at"])
    new = MessageTemplate.objects.create(
        code=old.code, channel=old.channel, version=old.version + 1, purpose=old.purpose, name=old.name,
        fields=old.fields, subject=subject, body=body, by=by, created_at=now,
    )  # fmt: skip
    _publish([new], by=by)
    return new


@transaction.atomic
def load_templates(*, by: User, source: str | None = None) -> list[MessageTemplate]:
    """Add the templates that are missing; words changed since are left alone.

    :param source: TOML in the form of `templates.toml`, which is the default.
    """
    known = set(MessageTemplate.objects.values_list("code", "channel"))
    now = timezone.now()
    fresh = []
    for kind in loads(source if source is not None else TEMPLATES.read_text())["templates"]:
        for channel, words in kind["words"].items():
            if (kind["code"], channel) in known:
                continue
            template = MessageTemplate(
                code=kind["code"], channel=Channel(channel), version=1, purpose=kind["purpose"], name=kind["name"],
                fields=kind["fields"], subject=words.get("subject", ""), body=words["body"].strip(), by=by,
                created_at=now,
            )  # fmt: skip
            _check_words(template, template.subject, template.body)
            fresh.append(template)
    MessageTemplate.objects.bulk_create(fresh)
    _publish(fresh, by=by)
    return fresh


def _check_words(template: MessageTemplate, subject: str, body: str) -> None:
    if not body:
        raise TextMissing(_("Write the text of the message."), field="body")
    if len(body) > MAX_TEXT:
        raise TextMissing(_("The text is longer than %d characters.") % MAX_TEXT, field="body")
    if template.channel == Channel.EMAIL and not subject:
        raise SubjectMissing(_("Write the subject: a letter without one looks like spam."), field="subject")
    if len(subject) > 200:
        raise SubjectMissing(_("The subject is longer than %d characters.") % 200, field="subject")
    allowed = [*template.fields, *STANDARD_FIELDS]
    for field, text in (("subject", subject), ("body", body)):
        for name in fields_of(text):
            if name not in allowed:
                message = _("There is no field “{%(name)s}” here: use %(allowed)s.")
                names = ", ".join(f"{{{name}}}" for name in dict.fromkeys(allowed))
                raise UnknownField(message % {"name": name, "allowed": names}, field=field)


def _publish(templates: list[MessageTemplate], *, by: User) -> None:
    publish_many(
        (
            (
                TemplateSaved(template_id=saved.pk, code=saved.code, channel=saved.channel, version=saved.version),
                [saved],
            )
            for saved in templates
        ),
        by=by,
    )
