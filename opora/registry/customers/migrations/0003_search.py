"""Finding customers by words: the document of each, and the search past row-level security that obeys it."""

from django.db import migrations

from opora.platform.row_security import visible

SQL = f"""
-- Put together again what `identify` searches in these customers, and teach its words to the lexicon.
create function customers_refresh_documents(ids bigint[]) returns void language sql as $$
    with words as (
        select customer.id, search_words(concat_ws(' ',
            customer.name, customer.short_name, customer.inn, customer.snils,
            (select string_agg(concat_ws(' ', number, account, meter, address), ' ')
                from customers_usagepoint where customer_id = customer.id),
            (select string_agg(text, ' ') from customers_customeraddress where customer_id = customer.id),
            (select string_agg(number, ' ') from customers_agreement where customer_id = customer.id),
            (select string_agg(name, ' ') from customers_contactperson where customer_id = customer.id)
        )) as words
        from customers_customer customer where customer.id = any (ids)
    ), written as (
        update customers_customer customer set document = array_to_tsvector(words.words)
        from words where words.id = customer.id
    )
    insert into search_word (word)
    select distinct word from words, unnest(words.words) word where word ~ '^[a-zа-я]{{3,}}$' and length(word) <= 100
    on conflict do nothing
$$;

create function customers_found(query tsquery, cap int) returns setof bigint
    language sql stable security definer set search_path = public as $$
    select id from customers_customer where document @@ query and {visible(branches="branch_ids", group="group_id")}
    limit cap
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_scope"), ("search", "0001_initial")]
    operations = [
        migrations.RunSQL(
            SQL, "drop function customers_found(tsquery, int); drop function customers_refresh_documents(bigint[]);"
        )
    ]
