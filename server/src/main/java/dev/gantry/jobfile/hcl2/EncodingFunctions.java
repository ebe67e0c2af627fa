package dev.gantry.jobfile.hcl2;

import dev.gantry.jobfile.hcl.TextFaultException;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Functions that encode, decode and hash texts. */
final class EncodingFunctions {

    /** The namespaces of RFC 4122 differ in one digit. */
    private static final Map<String, String> NAMESPACES = Map.of("dns", "0", "url", "1", "oid", "2", "x500", "4");

    private EncodingFunctions() {}

    static void addTo(Functions.Table table) {
        table.add("base64encode", 1, a -> Datum.text(Base64.getEncoder().encodeToString(bytes(a, 0))));
        table.add("base64decode", 1, EncodingFunctions::base64Decode);
        table.add("urlencode", 1, a -> Datum.text(urlEncode(a.text(0))));
        table.add("jsonencode", 1, EncodingFunctions::jsonEncode);
        table.add("jsondecode", 1, a -> Json.read(a.text(0), a.positionOf(0)));
        table.add("csvdecode", 1, EncodingFunctions::csvDecode);
        table.add("md5", 1, a -> hash("MD5", a));
        table.add("sha1", 1, a -> hash("SHA-1", a));
        table.add("sha256", 1, a -> hash("SHA-256", a));
        table.add("sha512", 1, a -> hash("SHA-512", a));
        table.add("uuidv5", 2, EncodingFunctions::uuid);
    }

    /** Encodes as Go's {@code url.QueryEscape}, which leaves {@code ~} and not {@code *}. */
    private static String urlEncode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("%7E", "~")
                .replace("*", "%2A");
    }

    private static byte[] bytes(Arguments a, int index) {
        return a.text(index).getBytes(StandardCharsets.UTF_8);
    }

    private static Datum base64Decode(Arguments a) {
        try {
            byte[] decoded = Base64.getDecoder().decode(a.text(0));
            return Datum.text(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(decoded))
                    .toString());
        } catch (IllegalArgumentException e) {
            throw a.fault(0, "this is not base64");
        } catch (CharacterCodingException e) {
            throw a.fault(0, "this base64 is no text in UTF-8");
        }
    }

    /** A value that is known only when the job runs stays in the JSON as it is written. */
    private static Datum jsonEncode(Arguments a) {
        boolean known = true;
        try {
            Evaluator.requireKnown(a.any(0), a.positionOf(0));
        } catch (TextFaultException e) {
            known = false;
        }
        return new Datum.Text(Json.write(a.any(0), a.positionOf(0)), known);
    }

    private static Datum hash(String algorithm, Arguments a) {
        return Datum.text(HexFormat.of().formatHex(digest(algorithm, bytes(a, 0))));
    }

    private static byte[] digest(String algorithm, byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has " + algorithm, e);
        }
    }

    private static Datum uuid(Arguments a) {
        String namespace = a.text(0);
        String digit = NAMESPACES.get(namespace);
        UUID space;
        try {
            space = UUID.fromString(digit == null ? namespace : "6ba7b81" + digit + "-9dad-11d1-80b4-00c04fd430c8");
        } catch (IllegalArgumentException e) {
            throw a.fault(0, "the namespace must be dns, url, oid, x500 or a UUID");
        }
        byte[] prefix = ByteBuffer.allocate(16)
                .putLong(space.getMostSignificantBits())
                .putLong(space.getLeastSignificantBits())
                .array();
        ByteBuffer hash = ByteBuffer.wrap(digest("SHA-1", prefix, bytes(a, 1)));
        long high = (hash.getLong() & ~0xf000L) | 0x5000L;
        long low = (hash.getLong() & 0x3fffffffffffffffL) | 0x8000000000000000L;
        return Datum.text(new UUID(high, low).toString());
    }

    /** Reads CSV of RFC 4180: the first line names the columns, each other line becomes a map. */
    private static Datum csvDecode(Arguments a) {
        List<List<String>> lines = csv(a);
        if (lines.isEmpty()) {
            throw a.fault(0, "the first line must name the columns");
        }
        List<String> columns = lines.get(0);
        List<Datum> rows = new ArrayList<>();
        for (List<String> line : lines.subList(1, lines.size())) {
            if (line.size() != columns.size()) {
                throw a.fault(
                        0, "line %d has %d fields, not %d".formatted(rows.size() + 2, line.size(), columns.size()));
            }
            Map<String, Datum> row = new LinkedHashMap<>();
            for (int i = 0; i < columns.size(); i++) {
                row.put(columns.get(i), Datum.text(line.get(i)));
            }
            Datum made = Datum.Table.of(row);
            a.charge(made.size());
            rows.add(made);
        }
        return Datum.Sequence.of(rows);
    }

    private static List<List<String>> csv(Arguments a) {
        String text = a.text(0);
        List<List<String>> lines = new ArrayList<>();
        List<String> line = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted) {
                boolean escaped = c == '"' && i + 1 < text.length() && text.charAt(i + 1) == '"';
                if (c != '"' || escaped) {
                    field.append(c);
                    i += escaped ? 1 : 0;
                } else {
                    quoted = false;
                }
            } else if (c == '"' && field.isEmpty()) {
                quoted = true;
            } else if (c == ',' || c == '\n') {
                line.add(field.toString());
                field.setLength(0);
                if (c == '\n') {
                    lines.add(line);
                    line = new ArrayList<>();
                }
            } else if (c != '\r') {
                field.append(c);
            }
        }
        if (quoted) {
            throw a.fault(0, "a quote in this CSV is never closed");
        }
        if (!line.isEmpty() || !field.isEmpty()) {
            line.add(field.toString());
            lines.add(line);
        }
        lines.removeIf(fields -> fields.size() == 1 && fields.get(0).isEmpty());
        return lines;
    }
}
