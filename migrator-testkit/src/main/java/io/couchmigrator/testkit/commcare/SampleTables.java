// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.commcare;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;

/** What samples have in SQL tables, and the users that those name: the same few rows in every sample. */
final class SampleTables {
    static final int WIRE_INVOICES = 50;

    private static final int ROWS = 25;
    private static final String UNKNOWN = "<unknown>";

    private SampleTables() {}

    /** Returns the domain of a wire invoice. */
    static String wireDomain(int invoice) {
        return "wire-" + invoice % 7;
    }

    /** Returns the statements that fill the source tables. */
    static String sql() {
        StringBuilder sql = new StringBuilder();
        for (int id = 1; id <= WIRE_INVOICES; id++) {
            sql.append("INSERT INTO accounting_wireinvoice (id, domain) VALUES (%s, '%s');\n"
                    .formatted(id, wireDomain(id)));
        }
        for (int id = 1; id <= ROWS; id++) {
            sql.append(uploads(id))
                    .append("INSERT INTO ota_demouserrestore (id, demo_user_id, restore_blob_id, content_length)"
                            .concat(" VALUES (%1$s, 'sample-user-%1$s', 'restore-%1$s', %1$s);\n".formatted(id)))
                    .append("INSERT INTO icds_reports_icdsfile (id, blob_id) VALUES (%1$s, 'icds-%1$s');\n"
                            .formatted(id));
        }
        return sql.toString();
    }

    /** Returns the documents of the users' database. */
    static List<JsonObject> users() {
        List<JsonObject> users = new ArrayList<>();
        for (int id = 1; id <= ROWS; id++) {
            if (known(id)) {
                JsonObject user = new JsonObject();
                user.addProperty("_id", "sample-user-" + id);
                user.addProperty("doc_type", "CommCareUser");
                user.addProperty("domain", domain(id));
                users.add(user);
            }
        }
        return users;
    }

    /** Returns the rows that the migration must write for the tables. */
    static List<ExpectedRow> rows() {
        List<ExpectedRow> rows = new ArrayList<>();
        for (int id = 1; id <= ROWS; id++) {
            String domain = known(id) ? domain(id) : UNKNOWN;
            rows.add(new ExpectedRow(domain, 8, domain, "", "upload-" + id, null, id));
            rows.add(new ExpectedRow(domain, 14, "sample-user-" + id, "", "restore-" + id, "text/xml", id));
            rows.add(new ExpectedRow("icds-cas", 1, "IcdsFile", "", "icds-" + id, null, 0));
        }
        return rows;
    }

    private static String uploads(int id) {
        String upload = "INSERT INTO case_importer_caseuploadfilemeta (id, identifier, filename, length)"
                + " VALUES (%1$s, 'upload-%1$s', 'f%1$s.xlsx', %1$s);\n".formatted(id);
        String record = "INSERT INTO case_importer_caseuploadrecord (id, domain, upload_file_meta_id)"
                + " VALUES (%1$s, '%2$s', %1$s);\n".formatted(id, domain(id));
        return known(id) ? upload + record : upload;
    }

    private static boolean known(int id) {
        return id % 10 != 0;
    }

    private static String domain(int id) {
        return "sample-" + id % 5;
    }
}
