// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import io.couchmigrator.testkit.commcare.ExpectedRow;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.sql.SQLException;

/**
 * The shape that {@code blobs_blobmeta} has in some releases of CommCare HQ: a view over {@code blobs_blobmeta_tbl} and the
 * older table of forms' attachments, whose keys are made of several columns and indexed as such.
 */
final class BlobMetaView {
    private BlobMetaView() {}

    /** Turns the table of this name into such a view. */
    static void create(TestDatabase database) throws SQLException {
        database.execute("""
                alter table blobs_blobmeta rename to blobs_blobmeta_tbl;
                create table form_processor_xforminstancesql (
                  form_id varchar(255) primary key, domain varchar(255) not null, received_on timestamptz not null);
                create table form_processor_xformattachmentsql (
                  id serial primary key, form_id varchar(255) not null, name varchar(255) not null, blob_id varchar(255) not null,
                  blob_bucket varchar(255), content_type varchar(255), content_length integer not null, properties text);
                create index on form_processor_xformattachmentsql (
                  ((case when blob_bucket = '' then '' else coalesce(blob_bucket, 'form') || '/' end || blob_id)::varchar(255)));
                create view blobs_blobmeta as
                  select id, domain, parent_id, name, key, type_code, content_type, properties, created_on, expires_on,
                    content_length
                  from blobs_blobmeta_tbl
                  union all
                  select -a.id, f.domain, a.form_id, a.name,
                    (case when a.blob_bucket = '' then '' else coalesce(a.blob_bucket, 'form') || '/' end
                      || a.blob_id)::varchar(255),
                    case when a.name = 'form.xml' then 2 else 3 end::smallint,
                    a.content_type, a.properties, f.received_on, null, a.content_length
                  from form_processor_xformattachmentsql a join form_processor_xforminstancesql f on f.form_id = a.form_id;
                create function insert_blobmeta() returns trigger language plpgsql as $$
                begin
                  raise exception 'rows go through the view';
                end $$;
                create trigger insert_blobmeta instead of insert on blobs_blobmeta for each row execute function insert_blobmeta();
                """);
    }

    /** Puts a row into the older table. */
    static void insertIntoOlder(TestDatabase database, ExpectedRow row) throws SQLException {
        database.execute("""
                insert into form_processor_xforminstancesql values ('%1$s', '%2$s', now()) on conflict do nothing;
                insert into form_processor_xformattachmentsql (form_id, name, blob_id, blob_bucket, content_type, content_length)
                values ('%1$s', '%3$s', '%4$s', '', '%5$s', %6$d);
                """.formatted(
                        row.parentId(), row.domain(), row.name(), row.key(), row.contentType(), row.contentLength()));
    }
}
