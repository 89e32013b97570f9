-- The source table that only some installations have.
CREATE TABLE icds_reports_icdsfile (
    id integer PRIMARY KEY,
    blob_id varchar(255),
    data_type varchar(255)
);
