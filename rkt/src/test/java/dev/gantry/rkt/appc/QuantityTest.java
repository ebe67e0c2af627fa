package dev.gantry.rkt.appc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.rkt.RktException;
import java.math.BigDecimal;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantityTest {

    @ParameterizedTest
    @CsvSource({"64M, 64000000", "1Gi, 1073741824", "100m, 0.1", "1.5k, 1500", "2, 2", ".5, 0.5"})
    void the_notation_of_kubernetes_is_read(String text, BigDecimal amount) throws RktException {
        assertThat(Quantity.parse(text).amount()).isEqualByComparingTo(amount);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "M", "-1", "1MB", "1 M", "1e3", "0x10"})
    void anything_else_is_refused(String text) {
        assertThatThrownBy(() -> Quantity.parse(text)).isInstanceOf(RktException.class);
    }
}
