"""Row-level security, composite keys that keep copies of branch and group right, the freest person, words of cases."""

import django.db.models.deletion
from django.contrib.postgres.search import SearchVectorField
from django.db import migrations, models

from opora.platform.row_security import protect, protect_through, visible

KEYS = """
alter table cases_case add constraint cases_case_customer_in_group
    foreign key (customer_id, group_id) references customers_customer (id, group_id)
    on update cascade deferrable initially deferred;
alter table cases_casestage add constraint cases_stage_case_in_scope
    foreign key (case_id, branch_id, group_id) references cases_case (id, branch_id, group_id)
    on update cascade on delete cascade deferrable initially deferred;
"""

#: Whoever of these people has the least to do. The function acts as its owner: all work counts, whatever the scope of
#: whoever gives it. Nobody waits: a person to whom somebody else is giving work at this moment is passed over. What
#: lies on a desk is counted up to a limit, so that a desk with years of work costs no more than a full one.
FREE_PERSON = """
create function cases_free_person(people bigint[]) returns bigint
    language plpgsql volatile security definer set search_path = public as $$
declare
    candidate bigint;
    least bigint;
begin
    for candidate in
        select person from unnest(people) person
        order by (
            select count(*) from (
                select from cases_casestage
                where employee_id = person and status in ('RUNNING', 'PAUSED') limit 300
            ) desk
        ), random()
    loop
        least := coalesce(least, candidate);
        if pg_try_advisory_xact_lock(hashtext('cases_free_person'), candidate::int) then
            return candidate;
        end if;
    end loop;
    return least;
end $$;
"""

#: See `CaseWords`.
WORDS = """
create view cases_words as
    select id, to_tsvector('russian'::regconfig, translate(text, 'Ёё', 'Ее')) as words, registered_at from cases_case
    where %s;
""" % visible(branch="branch_id", group="group_id")


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]
    operations = [
        migrations.RunSQL(
            KEYS,
            "alter table cases_case drop constraint cases_case_customer_in_group;"
            " alter table cases_casestage drop constraint cases_stage_case_in_scope;",
        ),
        protect("cases_case", branch="branch_id", group="group_id", insert_when_seen=True),
        protect("cases_casestage", branch="branch_id", group="group_id", insert_when_seen=True),
        protect_through("cases_stagepause", parent="cases_casestage", key="stage_id"),
        protect_through("cases_casenote", parent="cases_case", key="case_id"),
        protect_through("cases_caseextension", parent="cases_case", key="case_id"),
        migrations.RunSQL(FREE_PERSON, "drop function cases_free_person(bigint[]);"),
        migrations.RunSQL(WORDS, "drop view cases_words;"),
        migrations.CreateModel(
            name="CaseWords",
            fields=[
                ("case", models.OneToOneField(
                    db_column="id", on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True,
                    related_name="+", serialize=False, to="cases.case",
                )),
                ("words", SearchVectorField()),
                ("registered_at", models.DateTimeField()),
            ],
            options={"db_table": "cases_words", "managed": False},
        ),
    ]
