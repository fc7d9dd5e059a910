"""What an address is called and by which words it is found."""

from django.db import migrations

NAMED = r"""
-- An object with its type as people say it: «Краснодарский край», «г. Краснодар».
create function addresses_named(type text, name text) returns text language sql immutable parallel safe as $$
    select case
        when type = '' then name
        when lower(type) ~ '^(край|обл|аобл|ао$|а\.обл|а\.окр|р-н|м\.р-н|мр|вн\.р-н|с/с|с/п|с/о|округ|чувашия)'
            then name || ' ' || type
        else type || ' ' || name
    end
$$;
"""

DESCRIBE = """
-- Put together again the texts and words of these objects, and of all that stands below them; teach the words to the
-- lexicon. Words of its own name stand there twice, once as «=word»: without such a mark, whoever asks for a city would
-- be given all its streets. Returns how many have changed.
create function addresses_describe(ids bigint[]) returns bigint language sql as $$
    with below as materialized (
        select id from addresses_addressobject where id = any (ids)
        union
        select id from addresses_addressobject where adm_path && ids
        union
        select id from addresses_addressobject where mun_path && ids
    ), described as (
        select object.id, coalesce(above.text, addresses_named(object.type, object.name)) as text,
            array(
                select '=' || word from unnest(search_words(object.name || ' ' || array_to_string(object.former, ' '))) word
                union
                select word from unnest(search_words(concat_ws(' ',
                    object.name, array_to_string(object.former, ' '), above.names, municipal.names
                ))) word
            ) as words
        from below join addresses_addressobject object using (id)
        left join lateral (
            select string_agg(addresses_named(step.type, step.name), ', ' order by place.n) as text,
                string_agg(step.name, ' ') as names
            from unnest(coalesce(object.adm_path, object.mun_path)) with ordinality place (id, n)
            join addresses_addressobject step on step.id = place.id
        ) above on true
        left join lateral (
            select string_agg(step.name, ' ') as names
            from unnest(object.mun_path) place (id) join addresses_addressobject step on step.id = place.id
        ) municipal on true
    ), written as (
        update addresses_addressobject object
        set text = left(described.text, 2000), document = array_to_tsvector(described.words)
        from described where described.id = object.id
            and (object.text, object.document)
                is distinct from (left(described.text, 2000), array_to_tsvector(described.words))
        returning 1
    ), taught as (
        -- in order, so that two who teach the same words do not wait for each other in a circle
        insert into search_word (word)
        select distinct word from described, unnest(described.words) word
        where word ~ '^[a-zа-я]{3,}$' and length(word) <= 100
        order by word
        on conflict do nothing
    )
    select count(*) from written
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("addresses", "0001_initial"), ("search", "0001_initial")]
    operations = [
        migrations.RunSQL(NAMED, "drop function addresses_named(text, text)"),
        migrations.RunSQL(DESCRIBE, "drop function addresses_describe(bigint[])"),
    ]
