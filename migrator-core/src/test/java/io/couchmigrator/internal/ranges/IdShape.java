// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.ranges;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Ids as databases have them, and as nobody should. The limit is the most questions that a cut may take on average. */
enum IdShape {
    HEXADECIMAL(5) {
        @Override
        String id(int i, Random random) {
            return hex(random, 32);
        }
    },
    UUIDS_WITH_DASHES(5) {
        @Override
        String id(int i, Random random) {
            return hex(random, 8) + "-" + hex(random, 4) + "-4" + hex(random, 3) + "-" + hex(random, 16);
        }
    },
    SEQUENTIAL_UUIDS(5) {
        @Override
        String id(int i, Random random) {
            return hex(new Random(i / 8192), 26) + "%06x".formatted(i % 8192 * 2000 + random.nextInt(2000));
        }
    },
    PADDED_NUMBERS(5) {
        @Override
        String id(int i, Random random) {
            return "form-2018-%08d".formatted(i);
        }
    },
    NUMBERS(5) {
        @Override
        String id(int i, Random random) {
            return String.valueOf(i);
        }
    },
    ONLY_THE_END_DIFFERS(5) {
        @Override
        String id(int i, Random random) {
            return "thirty characters in common / " + hex(random, 16);
        }
    },
    VERY_LONG(5) {
        @Override
        String id(int i, Random random) {
            return "x".repeat(100) + hex(random, 30) + "y".repeat(150);
        }
    },
    TYPES_AS_PREFIXES(8) {
        @Override
        String id(int i, Random random) {
            return List.of("CommCareCase:", "form:", "user:org.couchdb:", "_design/", "Z")
                            .get(i % 5)
                    + hex(random, 20);
        }
    },
    ONE_PREFIX_IN_A_CROWD(8) {
        @Override
        String id(int i, Random random) {
            return i % 10 == 0 ? hex(random, 32) : "m/a/b/c/" + i;
        }
    },
    NEARLY_ALL_BEHIND_ONE_PREFIX(8) {
        @Override
        String id(int i, Random random) {
            return i % 100 == 0 ? hex(random, 32) : "7777-" + hex(random, 12);
        }
    },
    DESIGN_DOCUMENTS_BETWEEN(8) {
        @Override
        String id(int i, Random random) {
            return (i % 1000 == 0 ? "_design/" : i % 2 == 0 ? "A" : "z") + hex(random, 20);
        }
    },
    SKEWED_DOMAINS(9) {
        @Override
        String id(int i, Random random) {
            return "domain-" + (int) Math.abs(random.nextGaussian() * 20) + "/" + i;
        }
    },
    THREE_SCRIPTS(8) {
        @Override
        String id(int i, Random random) {
            return List.of("α", "я", "字").get(i % 3) + Integer.toString(i, 7);
        }
    },
    EMOJI(10) {
        @Override
        String id(int i, Random random) {
            return Character.toString(0x1F600 + i % 60) + i;
        }
    },
    CHINESE(8) {
        @Override
        String id(int i, Random random) {
            return word(random, 8, 0x4E00, 0x9FFF);
        }
    },
    ANY_CODE_POINT(8) {
        @Override
        String id(int i, Random random) {
            return word(random, 6, 0, 0xD7FF) + word(random, 3, 0x10000, Character.MAX_CODE_POINT);
        }
    },
    CONTROL_CHARACTERS(8) {
        @Override
        String id(int i, Random random) {
            return "x" + (char) (i % 32) + (char) (i / 32 % 32) + i;
        }
    },
    REPETITIONS(5) {
        @Override
        String id(int i, Random random) {
            return "a".repeat(1 + i % 2_000);
        }
    },
    EVER_LONGER(10) {
        @Override
        String id(int i, Random random) {
            return "a".repeat(1 + i % 200) + i;
        }
    },
    EVER_LONGER_DOWNWARDS(10) {
        @Override
        String id(int i, Random random) {
            return "a".repeat(1 + i % 200) + "z" + i;
        }
    },
    RARELY_ANOTHER_LETTER(20) {
        @Override
        String id(int i, Random random) {
            StringBuilder id = new StringBuilder();
            for (int place = 0; place < 120; place++) {
                id.append(random.nextInt(20) == 0 ? 'b' : 'a');
            }
            return id.toString();
        }
    };

    static final long SEED = 5;

    private final int limit;

    IdShape(int limit) {
        this.limit = limit;
    }

    abstract String id(int i, Random random);

    int limit() {
        return limit;
    }

    /** Returns ids of this shape, always the same. */
    SortedIds ids(int count) {
        Random random = new Random(SEED);
        Set<String> ids = new LinkedHashSet<>();
        for (int i = 0; i < count; i++) {
            ids.add(id(i, random));
        }
        return new SortedIds(new ArrayList<>(ids));
    }

    private static String hex(Random random, int length) {
        StringBuilder hex = new StringBuilder();
        for (int i = 0; i < length; i++) {
            hex.append(Character.forDigit(random.nextInt(16), 16));
        }
        return hex.toString();
    }

    private static String word(Random random, int length, int from, int to) {
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < length; i++) {
            word.appendCodePoint(from + random.nextInt(to - from + 1));
        }
        return word.toString();
    }
}
