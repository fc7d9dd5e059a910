"""Finding customers: by numbers through their own indexes, by words through a document of each."""

from django.db import migrations

from opora.platform.row_security import visible

DOCUMENTS = """
-- Put together again by what words these customers are found, and teach the words to the lexicon.
-- Numbers of accounts, meters and agreements have indexes of their own; here they would only swell the document.
create function customers_refresh_documents(ids bigint[]) returns void language sql as $$
    with words as (
        select customer.id, array(
            select distinct word from unnest(search_words(concat_ws(' ',
                customer.name, customer.short_name,
                (select string_agg(address, ' ') from customers_usagepoint where customer_id = customer.id),
                (select string_agg(text, ' ') from customers_customeraddress where customer_id = customer.id),
                (select string_agg(name, ' ') from customers_contactperson where customer_id = customer.id)
            ))) word
        ) as words
        from customers_customer customer where customer.id = any (ids)
    ), written as (
        update customers_customer customer set document = array_to_tsvector(words.words)
        from words where words.id = customer.id and document is distinct from array_to_tsvector(words.words)
    )
    -- in order, so that two who teach the same words do not wait for each other in a circle
    insert into search_word (word)
    select distinct word from words, unnest(words.words) word where word ~ '^[a-zа-я]{3,}$' and length(word) <= 100
    order by word
    on conflict do nothing
$$;
"""

FOUND = f"""
-- Customers whose words fit the first of the queries, then those of the second, and so on until there are enough;
-- no more than `most`.
-- The operators of text search are not leakproof, so under row-level security their index would stay unused:
-- this function uses it as the owner and applies the scope to what it finds.
create function customers_found(queries tsquery[], enough int, most int) returns table (id bigint)
    language plpgsql stable security definer
    set search_path = public, pg_temp set enable_seqscan = off set enable_indexscan = off
as $$
#variable_conflict use_column
declare
    taken bigint[] := '{{}}';
    fitting bigint[];
begin
    for step in 1 .. coalesce(array_length(queries, 1), 0) loop
        fitting := array(
            select customer.id from customers_customer customer
            where document @@ queries[step] and {visible(branches="branch_ids", group="group_id")}
                and not customer.id = any (taken)
            limit most - cardinality(taken)
        );
        return query select unnest(fitting);
        taken := taken || fitting;
        exit when cardinality(taken) >= enough;
    end loop;
end $$;
"""

IDENTIFIED = f"""
-- Customers by numbers that say who they are, by a plan made once: making it takes ten times as long as the work.
-- It runs as the owner, so that the scope is asked once, of each customer found, and not of every row on the way.
create function customers_identified(
    phones text[], emails text[], numbers text[], tail_from text, tail_to text, cap int
) returns table (
    customer_id bigint, name text, group_name text, kind text, usage_point_id bigint, address text, account text,
    phone text, field text, detail text
) language plpgsql stable security definer
    set search_path = public, pg_temp set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
    return query
    with hits as (
        select contact.customer_id, null::bigint as usage_point_id, contact.value::text as phone,
            case contact.kind when 'PHONE' then 'phone' else 'email' end as field, contact.value::text as detail, 1 as rank
        from customers_contactpoint contact where contact.value = any (phones || emails)
        union all
        select person.customer_id, null, person.phone, 'contact_person', person.name, 2
        from customers_contactperson person where person.phone = any (phones) and person.phone <> ''
        union all
        select point.customer_id, point.id, null, 'account', point.account, 3
        from customers_usagepoint point where point.account = any (numbers) and point.account <> ''
        union all
        select point.customer_id, point.id, null, 'usage_point', point.number, 4
        from customers_usagepoint point where point.number = any (numbers)
        union all
        select point.customer_id, point.id, null, 'meter', point.meter, 5
        from customers_usagepoint point where point.meter = any (numbers) and point.meter <> ''
        union all
        select agreement.customer_id, agreement.usage_point_id, null, 'agreement', agreement.number, 6
        from customers_agreement agreement where agreement.number = any (numbers)
        union all
        select party.id, null, null, 'inn', party.inn, 7
        from customers_customer party where party.inn = any (numbers) and party.inn <> ''
        union all
        select party.id, null, null, 'snils', party.snils, 8
        from customers_customer party where party.snils = any (numbers) and party.snils <> ''
        union all
        select contact.customer_id, null, contact.value, 'phone_tail', contact.value, 9
        from customers_contactpoint contact
        where contact.kind = 'PHONE' and contact.tail >= tail_from and contact.tail < tail_to
    ), first_hits as (
        select distinct on (hits.customer_id) hits.* from hits
        order by hits.customer_id, hits.rank, hits.usage_point_id
    )
    select customer.id, customer.name::text, customer_group.name::text, customer.kind::text, point.id,
        coalesce(point.address, '')::text, coalesce(point.account, '')::text,
        coalesce(hit.phone, (
            select contact.value from customers_contactpoint contact
            where contact.customer_id = customer.id and contact.kind = 'PHONE'
            order by contact.is_primary desc, contact.id limit 1
        ), '')::text,
        hit.field, hit.detail::text
    from first_hits hit
    join customers_customer customer on customer.id = hit.customer_id
    join customers_customergroup customer_group on customer_group.id = customer.group_id
    left join lateral (
        select found.id, found.address, found.account from customers_usagepoint found
        where found.customer_id = customer.id and (hit.usage_point_id is null or found.id = hit.usage_point_id)
        order by found.number limit 1
    ) point on true
    where {visible(branches="customer.branch_ids", group="customer.group_id")}
    order by hit.rank, customer.name_key, customer.id
    limit cap;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_scope"), ("search", "0001_initial")]
    operations = [
        migrations.RunSQL(DOCUMENTS, "drop function customers_refresh_documents(bigint[])"),
        migrations.RunSQL(FOUND, "drop function customers_found(tsquery[], int, int)"),
        migrations.RunSQL(
            IDENTIFIED, "drop function customers_identified(text[], text[], text[], text, text, int)"
        ),
    ]
