// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch.documents;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A sorted map that never changes: every update gives a new map and shares what it can with the old one, so whoever
 * holds a map has a snapshot. Lookups, ranks and updates take O(log n).
 *
 * <p>A weight-balanced tree (S. Adams, "Efficient sets: a balancing act", with the parameters 3 and 2 that Hirai and
 * Yamamoto proved sound). Thread-safe.
 */
public final class RankedMap<K extends Comparable<? super K>, V> {
    private static final int HEAVIER = 3;
    private static final int SINGLE_ROTATION = 2;

    private final @Nullable Node<K, V> root;

    private RankedMap(@Nullable Node<K, V> root) {
        this.root = root;
    }

    static <K extends Comparable<? super K>, V> RankedMap<K, V> empty() {
        return new RankedMap<>(null);
    }

    /**
     * Builds a map from all its values at once, much faster than by adding them one by one.
     *
     * @param values in the order of their keys, which differ
     */
    static <K extends Comparable<? super K>, V> RankedMap<K, V> ofSorted(List<V> values, Function<V, K> key) {
        return new RankedMap<>(build(values, key));
    }

    /** Returns how many keys there are. */
    public int size() {
        return size(root);
    }

    /** Returns the value of a key; null if it is not in the map. */
    public @Nullable V get(K key) {
        Node<K, V> node = root;
        while (node != null) {
            int order = key.compareTo(node.key);
            if (order == 0) {
                return node.value;
            }
            node = order < 0 ? node.left : node.right;
        }
        return null;
    }

    /** Returns how many keys come before this one, whether or not it is in the map. */
    public int rank(K key) {
        int rank = 0;
        Node<K, V> node = root;
        while (node != null) {
            int order = key.compareTo(node.key);
            if (order <= 0) {
                node = node.left;
            } else {
                rank += size(node.left) + 1;
                node = node.right;
            }
        }
        return rank;
    }

    /** Returns the values of the ranks from {@code from} (included) to {@code to} (excluded), in order. */
    public List<V> slice(int from, int to) {
        List<V> values = new ArrayList<>(Math.max(0, Math.min(to, size()) - Math.max(0, from)));
        collect(root, 0, from, to, values);
        return values;
    }

    RankedMap<K, V> put(K key, V value) {
        return new RankedMap<>(put(root, key, value));
    }

    RankedMap<K, V> remove(K key) {
        return get(key) == null ? this : new RankedMap<>(remove(root, key));
    }

    private static <K extends Comparable<? super K>, V> @Nullable Node<K, V> build(List<V> values, Function<V, K> key) {
        if (values.isEmpty()) {
            return null;
        }
        int middle = values.size() / 2;
        V value = values.get(middle);
        return new Node<>(
                key.apply(value),
                value,
                build(values.subList(0, middle), key),
                build(values.subList(middle + 1, values.size()), key));
    }

    private static <K extends Comparable<? super K>, V> void collect(
            @Nullable Node<K, V> node, int before, int from, int to, List<V> values) {
        if (node == null || before >= to || before + node.size <= from) {
            return;
        }
        collect(node.left, before, from, to, values);
        int rank = before + size(node.left);
        if (from <= rank && rank < to) {
            values.add(node.value);
        }
        collect(node.right, rank + 1, from, to, values);
    }

    private static <K extends Comparable<? super K>, V> Node<K, V> put(@Nullable Node<K, V> node, K key, V value) {
        if (node == null) {
            return new Node<>(key, value, null, null);
        }
        int order = key.compareTo(node.key);
        if (order == 0) {
            return new Node<>(key, value, node.left, node.right);
        }
        return order < 0
                ? balance(node, put(node.left, key, value), node.right)
                : balance(node, node.left, put(node.right, key, value));
    }

    private static <K extends Comparable<? super K>, V> @Nullable Node<K, V> remove(@Nullable Node<K, V> node, K key) {
        if (node == null) {
            return null;
        }
        int order = key.compareTo(node.key);
        if (order < 0) {
            return balance(node, remove(node.left, key), node.right);
        }
        if (order > 0) {
            return balance(node, node.left, remove(node.right, key));
        }
        return join(node.left, node.right);
    }

    private static <K extends Comparable<? super K>, V> @Nullable Node<K, V> join(
            @Nullable Node<K, V> left, @Nullable Node<K, V> right) {
        if (left == null || right == null) {
            return left == null ? right : left;
        }
        if (left.size > right.size) {
            Node<K, V> last = left;
            while (last.right != null) {
                last = last.right;
            }
            return balance(last, remove(left, last.key), right);
        }
        Node<K, V> first = right;
        while (first.left != null) {
            first = first.left;
        }
        return balance(first, left, remove(right, first.key));
    }

    private static <K extends Comparable<? super K>, V> Node<K, V> balance(
            Node<K, V> middle, @Nullable Node<K, V> left, @Nullable Node<K, V> right) {
        int leftSize = size(left);
        int rightSize = size(right);
        if (leftSize + rightSize > 1) {
            if (right != null && rightSize > HEAVIER * leftSize) {
                return rotateLeft(middle, left, right);
            }
            if (left != null && leftSize > HEAVIER * rightSize) {
                return rotateRight(middle, left, right);
            }
        }
        return new Node<>(middle.key, middle.value, left, right);
    }

    private static <K extends Comparable<? super K>, V> Node<K, V> rotateLeft(
            Node<K, V> middle, @Nullable Node<K, V> left, Node<K, V> right) {
        Node<K, V> inner = right.left;
        if (inner == null || inner.size < SINGLE_ROTATION * size(right.right)) {
            return node(right, node(middle, left, inner), right.right);
        }
        return node(inner, node(middle, left, inner.left), node(right, inner.right, right.right));
    }

    private static <K extends Comparable<? super K>, V> Node<K, V> rotateRight(
            Node<K, V> middle, Node<K, V> left, @Nullable Node<K, V> right) {
        Node<K, V> inner = left.right;
        if (inner == null || inner.size < SINGLE_ROTATION * size(left.left)) {
            return node(left, left.left, node(middle, inner, right));
        }
        return node(inner, node(left, left.left, inner.left), node(middle, inner.right, right));
    }

    private static <K extends Comparable<? super K>, V> Node<K, V> node(
            Node<K, V> entry, @Nullable Node<K, V> left, @Nullable Node<K, V> right) {
        return new Node<>(entry.key, entry.value, left, right);
    }

    private static int size(@Nullable Node<?, ?> node) {
        return node == null ? 0 : node.size;
    }

    private static final class Node<K, V> {
        final K key;
        final V value;
        final @Nullable Node<K, V> left;
        final @Nullable Node<K, V> right;
        final int size;

        Node(K key, V value, @Nullable Node<K, V> left, @Nullable Node<K, V> right) {
            this.key = key;
            this.value = value;
            this.left = left;
            this.right = right;
            this.size = size(left) + size(right) + 1;
        }
    }
}
