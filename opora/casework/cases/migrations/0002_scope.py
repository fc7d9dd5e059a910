"""Row-level security, composite keys that keep copies of branch and group right, and counters of work on desks."""

from django.db import migrations

from opora.platform.row_security import protect, protect_through

KEYS = """
alter table cases_case add constraint cases_case_customer_in_group
    foreign key (customer_id, group_id) references customers_customer (id, group_id)
    on update cascade deferrable initially deferred;
alter table cases_casestage add constraint cases_stage_case_in_scope
    foreign key (case_id, branch_id, group_id) references cases_case (id, branch_id, group_id)
    on update cascade on delete cascade deferrable initially deferred;
"""

#: Counters are kept by statement, so a thousand stages cost what one does. The function acts as its owner: the
#: counts are of all work, whatever the scope of whoever changes it. Rows are touched in order, against deadlocks.
WORKLOAD = """
create function cases_count_work() returns trigger
    language plpgsql security definer set search_path = public as $$
begin
    if tg_op = 'INSERT' then
        insert into cases_workload as w (employee_id, open_stages)
        select employee_id, count(*) from added
        where employee_id is not null and status in ('RUNNING', 'PAUSED')
        group by employee_id order by employee_id
        on conflict (employee_id) do update set open_stages = w.open_stages + excluded.open_stages;
    elsif tg_op = 'DELETE' then
        insert into cases_workload as w (employee_id, open_stages)
        select employee_id, -count(*) from removed
        where employee_id is not null and status in ('RUNNING', 'PAUSED')
        group by employee_id order by employee_id
        on conflict (employee_id) do update set open_stages = w.open_stages + excluded.open_stages;
    else
        insert into cases_workload as w (employee_id, open_stages)
        select employee_id, sum(change) from (
            select employee_id, 1 as change from added where status in ('RUNNING', 'PAUSED')
            union all
            select employee_id, -1 from removed where status in ('RUNNING', 'PAUSED')
        ) changes
        where employee_id is not null
        group by employee_id having sum(change) <> 0 order by employee_id
        on conflict (employee_id) do update set open_stages = w.open_stages + excluded.open_stages;
    end if;
    return null;
end $$;
create trigger cases_work_added after insert on cases_casestage
    referencing new table as added for each statement execute function cases_count_work();
create trigger cases_work_changed after update on cases_casestage
    referencing old table as removed new table as added for each statement execute function cases_count_work();
create trigger cases_work_removed after delete on cases_casestage
    referencing old table as removed for each statement execute function cases_count_work();

create function cases_free_person(people bigint[]) returns bigint
    language plpgsql security definer set search_path = public as $$
declare
    chosen bigint;
begin
    select person into chosen from unnest(people) person
    where not exists (select 1 from cases_workload w where w.employee_id = person)
    order by person limit 1;
    if chosen is null then
        select employee_id into chosen from cases_workload
        where employee_id = any (people) order by open_stages, employee_id limit 1 for no key update skip locked;
    end if;
    if chosen is null then
        select employee_id into chosen from cases_workload
        where employee_id = any (people) order by open_stages, employee_id limit 1;
    end if;
    return chosen;
end $$;
"""

WORDS = """
create view cases_words as
    select id, to_tsvector('russian'::regconfig, translate(text, 'Ёё', 'Ее')) as words from cases_case
    where (select current_setting('opora.everything', true) = 'on')
        or (branch_id = any ((select nullif(current_setting('opora.branches', true), '')::smallint[])::smallint[])
            and group_id = any ((select nullif(current_setting('opora.groups_seen', true), '')::smallint[])::smallint[]));
"""


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
        migrations.RunSQL(WORDS, "drop view cases_words;"),
        migrations.RunSQL(WORKLOAD, "drop function cases_count_work() cascade; drop function cases_free_person(bigint[]);"),
    ]
