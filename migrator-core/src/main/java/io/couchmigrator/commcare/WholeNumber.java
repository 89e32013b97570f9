// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.commcare;

import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number without a fraction, as its text has it: {@code 7}, {@code 7.0} and {@code 0.7e1} are one. Neither a million
 * digits nor an exponent of a billion cost more than reading the text, which is why this is no {@code BigDecimal}.
 *
 * @param negative whether it is below zero
 * @param digits its digits but for the zeros at its end, without zeros at the front; empty for zero
 * @param zeros how many zeros follow
 */
record WholeNumber(boolean negative, String digits, long zeros) {
    private static final Pattern NUMBER = Pattern.compile("([+-]?)([0-9]+)(?:\\.([0-9]+))?(?:[eE]([+-]?)([0-9]+))?");
    private static final Pattern DIGITS = Pattern.compile("[+-]?[0-9]+");
    private static final int DIGITS_OF_LONG = 19;

    /** Above every exponent that a text of digits could make up for. */
    private static final long HUGE_EXPONENT = 1L << 40;

    /** Returns the number that a text is; empty if it is none or has a fraction. */
    static Optional<WholeNumber> parse(String text) {
        Matcher number = NUMBER.matcher(text);
        if (!number.matches()) {
            return Optional.empty();
        }
        String fraction = number.group(3) == null ? "" : number.group(3);
        String significant = withoutLeadingZeros(number.group(2) + fraction);
        String digits = withoutTrailingZeros(significant);
        if (digits.isEmpty()) {
            return Optional.of(new WholeNumber(false, "", 0));
        }
        long exponent = number.group(5) == null ? 0 : exponent(number.group(4), number.group(5));
        long zeros = exponent - fraction.length() + (significant.length() - digits.length());
        return zeros < 0 ? Optional.empty() : Optional.of(new WholeNumber("-".equals(number.group(1)), digits, zeros));
    }

    /** Returns whether a text is nothing but digits, with or without a sign. */
    static boolean isDigits(String text) {
        return DIGITS.matcher(text).matches();
    }

    boolean isZero() {
        return digits.isEmpty();
    }

    /** Returns the number; empty if it is beyond the range of a long. */
    Optional<Long> asLong() {
        if (digits.length() + zeros > DIGITS_OF_LONG) {
            return Optional.empty();
        }
        BigInteger value = new BigInteger("0" + digits + "0".repeat((int) zeros));
        BigInteger signed = negative ? value.negate() : value;
        return signed.bitLength() < Long.SIZE ? Optional.of(signed.longValue()) : Optional.empty();
    }

    private static long exponent(String sign, String digits) {
        String significant = withoutLeadingZeros(digits);
        long exponent;
        if (significant.isEmpty()) {
            exponent = 0;
        } else if (significant.length() > 12) {
            exponent = HUGE_EXPONENT;
        } else {
            exponent = Math.min(Long.parseLong(significant), HUGE_EXPONENT);
        }
        return "-".equals(sign) ? -exponent : exponent;
    }

    private static String withoutLeadingZeros(String digits) {
        int start = 0;
        while (start < digits.length() && digits.charAt(start) == '0') {
            start++;
        }
        return digits.substring(start);
    }

    private static String withoutTrailingZeros(String digits) {
        int end = digits.length();
        while (end > 0 && digits.charAt(end - 1) == '0') {
            end--;
        }
        return digits.substring(0, end);
    }
}
