package dev.gantry.rkt.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorOutputStream;
import org.junit.jupiter.api.Test;

class DecompressionTest {

    @Test
    void a_layer_of_zstd_is_known_by_its_first_bytes() throws IOException {
        byte[] text = "layer ".repeat(1000).getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (OutputStream out = new ZstdCompressorOutputStream(compressed)) {
            out.write(text);
        }

        try (InputStream in = Decompression.of(new ByteArrayInputStream(compressed.toByteArray()))) {
            assertThat(in.readAllBytes()).isEqualTo(text);
        }
    }
}
