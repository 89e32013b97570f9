// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.commcare;

import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/** The types of documents that own blobs: where they live, what their blobs are, whose they are. */
enum DocType {
    COMM_CARE_AUDIO(SourceDatabase.MAIN, "CommCareAudio", BlobKind.MULTIMEDIA, DomainRule.SHARED),
    COMM_CARE_BUILD(SourceDatabase.MAIN, "CommCareBuild", BlobKind.BUILD, DomainRule.SHARED),
    COMM_CARE_CASE(SourceDatabase.MAIN, "CommCareCase", BlobKind.CASE, DomainRule.OWN_DOMAIN),
    COMM_CARE_CASE_DELETED(SourceDatabase.MAIN, "CommCareCase-Deleted", BlobKind.CASE, DomainRule.OWN_DOMAIN),
    COMM_CARE_CASE_DELETED_TWICE(
            SourceDatabase.MAIN, "CommCareCase-Deleted-Deleted", BlobKind.CASE, DomainRule.OWN_DOMAIN),
    COMM_CARE_CASE_DELETED_IN_LOWER_CASE(
            SourceDatabase.MAIN, "CommCareCase-deleted", BlobKind.CASE, DomainRule.OWN_DOMAIN),
    COMM_CARE_IMAGE(SourceDatabase.MAIN, "CommCareImage", BlobKind.MULTIMEDIA, DomainRule.SHARED),
    COMM_CARE_MULTIMEDIA(SourceDatabase.MAIN, "CommCareMultimedia", BlobKind.MULTIMEDIA, DomainRule.SHARED),
    COMM_CARE_VIDEO(SourceDatabase.MAIN, "CommCareVideo", BlobKind.MULTIMEDIA, DomainRule.SHARED),
    HQ_SUBMISSION(SourceDatabase.MAIN, "HQSubmission", BlobKind.FORM, DomainRule.OWN_DOMAIN),
    INVOICE_PDF(SourceDatabase.MAIN, "InvoicePdf", BlobKind.INVOICE, DomainRule.WIRE_INVOICE),
    SAVED_BASIC_EXPORT(SourceDatabase.MAIN, "SavedBasicExport", BlobKind.BASIC_EXPORT, DomainRule.NOBODYS),
    SUBMISSION_ERROR_LOG(SourceDatabase.MAIN, "SubmissionErrorLog", BlobKind.FORM, DomainRule.OWN_DOMAIN),
    X_FORM_ARCHIVED(SourceDatabase.MAIN, "XFormArchived", BlobKind.FORM, DomainRule.OWN_DOMAIN),
    X_FORM_DEPRECATED(SourceDatabase.MAIN, "XFormDeprecated", BlobKind.FORM, DomainRule.OWN_DOMAIN),
    X_FORM_DUPLICATE(SourceDatabase.MAIN, "XFormDuplicate", BlobKind.FORM, DomainRule.OWN_DOMAIN),
    X_FORM_ERROR(SourceDatabase.MAIN, "XFormError", BlobKind.FORM, DomainRule.OWN_DOMAIN),
    X_FORM_INSTANCE(SourceDatabase.MAIN, "XFormInstance", BlobKind.FORM, DomainRule.OWN_DOMAIN),
    X_FORM_INSTANCE_DELETED(SourceDatabase.MAIN, "XFormInstance-Deleted", BlobKind.FORM, DomainRule.OWN_DOMAIN),

    APPLICATION(SourceDatabase.APPS, "Application", BlobKind.APPLICATION, DomainRule.OWN_DOMAIN),
    APPLICATION_DELETED(SourceDatabase.APPS, "Application-Deleted", BlobKind.APPLICATION, DomainRule.OWN_DOMAIN),
    LINKED_APPLICATION(SourceDatabase.APPS, "LinkedApplication", BlobKind.APPLICATION, DomainRule.OWN_DOMAIN),
    REMOTE_APP(SourceDatabase.APPS, "RemoteApp", BlobKind.APPLICATION, DomainRule.OWN_DOMAIN),
    REMOTE_APP_DELETED(SourceDatabase.APPS, "RemoteApp-Deleted", BlobKind.APPLICATION, DomainRule.OWN_DOMAIN),
    SAVED_APP_BUILD(SourceDatabase.APPS, "SavedAppBuild", BlobKind.APPLICATION, DomainRule.OWN_DOMAIN),

    DOMAIN(SourceDatabase.DOMAINS, "Domain", BlobKind.DOMAIN, DomainRule.OWN_NAME),

    CASE_EXPORT_INSTANCE(SourceDatabase.META, "CaseExportInstance", BlobKind.EXPORT, DomainRule.OWN_DOMAIN),
    FORM_EXPORT_INSTANCE(SourceDatabase.META, "FormExportInstance", BlobKind.EXPORT, DomainRule.OWN_DOMAIN),
    SMS_EXPORT_INSTANCE(SourceDatabase.META, "SMSExportInstance", BlobKind.EXPORT, DomainRule.OWN_DOMAIN);

    private final SourceDatabase database;
    private final String text;
    private final BlobKind kind;
    private final DomainRule domainRule;

    DocType(SourceDatabase database, String text, BlobKind kind, DomainRule domainRule) {
        this.database = database;
        this.text = text;
        this.kind = kind;
        this.domainRule = domainRule;
    }

    /** Returns the types that live in a database, in the order of their names. */
    static Set<DocType> in(SourceDatabase database) {
        return EnumSet.allOf(DocType.class).stream()
                .filter(type -> type.database == database)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(DocType.class)));
    }

    /** Returns the text that a document has as its {@code doc_type}. */
    String text() {
        return text;
    }

    BlobKind kind() {
        return kind;
    }

    DomainRule domainRule() {
        return domainRule;
    }
}
