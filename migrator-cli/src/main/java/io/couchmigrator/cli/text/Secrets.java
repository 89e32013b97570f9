// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.text;

import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds and hides passwords in URLs. */
public final class Secrets {
    /** What stands between the scheme and the host; a password that is not encoded may hold any of {@code / ? # @}. */
    private static final Pattern USER_INFO = Pattern.compile("://([^\\s:/@]*):([^\\s]*)@");

    /** What follows the colon where it was a port after all, as in {@code host:5432/db?user=me@domain}. */
    private static final Pattern PORT_AND_MORE = Pattern.compile("\\d*[/?#].*");

    private static final Pattern PARAMETER = Pattern.compile("(?i)\\b((?:ssl)?password)=([^&\\s\"']*)");

    private Secrets() {}

    /** Returns whether a URL holds a password, be it before the host or as a parameter. */
    public static boolean in(String url) {
        Matcher userInfo = USER_INFO.matcher(url);
        boolean beforeHost =
                userInfo.find() && !PORT_AND_MORE.matcher(userInfo.group(2)).matches();
        return beforeHost || PARAMETER.matcher(url).find();
    }

    /** Returns a text in which no URL shows a password. */
    public static String masked(String text) {
        if (!text.contains("@") && !text.toLowerCase(Locale.ROOT).contains("password=")) {
            return text;
        }
        String bare = USER_INFO.matcher(text).replaceAll(Secrets::maskedUserInfo);
        return PARAMETER.matcher(bare).replaceAll("$1=***");
    }

    private static String maskedUserInfo(MatchResult found) {
        boolean port = PORT_AND_MORE.matcher(found.group(2)).matches();
        return Matcher.quoteReplacement(port ? found.group() : "://" + found.group(1) + ":***@");
    }
}
