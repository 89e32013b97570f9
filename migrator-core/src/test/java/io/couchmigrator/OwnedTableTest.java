// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class OwnedTableTest {
    private static final Order ORDER = new Order("order 3", "customer 5");

    private record Order(String id, String customer) {}

    @Test
    void isRoutedByItsColumnOfIdsWhicheverIsNamedFirst() {
        OwnedTable<Order> before = orders().routerOfId(OwnedTableTest::lastDigit)
                .id("id", Order::id)
                .build();
        OwnedTable<Order> after = orders().id("id", Order::id)
                .routerOfId(OwnedTableTest::lastDigit)
                .build();

        assertThat(before.isRoutedById()).isTrue();
        assertThat(shard(before)).isEqualTo(3);
        assertThat(shard(after)).isEqualTo(3);
    }

    @Test
    void isRoutedAsItWasToldLast() {
        OwnedTable.Builder<Order> orders = orders().id("id", Order::id);

        OwnedTable<Order> byCustomer = orders.routerOfId(OwnedTableTest::lastDigit)
                .router((order, shards) -> lastDigit(order.customer(), shards))
                .build();
        OwnedTable<Order> byId = orders.routerOfId(OwnedTableTest::lastDigit).build();

        assertThat(byCustomer.isRoutedById()).isFalse();
        assertThat(shard(byCustomer)).isEqualTo(5);
        assertThat(byId.isRoutedById()).isTrue();
        assertThat(shard(byId)).isEqualTo(3);
    }

    private static OwnedTable.Builder<Order> orders() {
        return OwnedTable.named(TableName.of("orders"));
    }

    private static int lastDigit(String text, int shards) {
        return text.charAt(text.length() - 1) % shards;
    }

    private static int shard(OwnedTable<Order> orders) {
        return orders.router().orElseThrow().shard(ORDER, 8);
    }
}
