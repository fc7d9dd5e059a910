from django.db import migrations

SQL = r"""
create schema if not exists numbering;

create function numbering_next(series text) returns bigint
    language plpgsql security definer set search_path = public as $$
begin
    if series !~ '^[a-z0-9_]{1,60}$' then
        raise exception 'numbering: "%" is not a series', series;
    end if;
    begin
        return nextval(('numbering.' || quote_ident(series))::regclass);
    exception when undefined_table then
        -- Two first uses at once: the second waits here and then finds the sequence made.
        perform pg_advisory_xact_lock(hashtext('numbering.' || series));
        execute format('create sequence if not exists numbering.%I', series);
        return nextval(('numbering.' || quote_ident(series))::regclass);
    end;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = []
    operations = [migrations.RunSQL(SQL, "drop function numbering_next(text); drop schema numbering cascade;")]
