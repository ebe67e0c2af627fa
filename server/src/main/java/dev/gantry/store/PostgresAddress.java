package dev.gantry.store;

import java.util.Locale;
import java.util.Optional;
import java.util.Properties;

/**
 * How a server reaches its database in PostgreSQL.
 *
 * @param url the JDBC URL, {@code jdbc:postgresql://HOST:PORT/DATABASE}, with the driver's parameters but without a password
 * @param user the role; empty: that of the URL, or the driver's default
 * @param password the role's password; empty: none
 */
public record PostgresAddress(String url, Optional<String> user, Optional<String> password) {

    private static final String SCHEME = "jdbc:postgresql:";

    /**
     * Checks the URL.
     *
     * @throws IllegalArgumentException if it is not a URL of PostgreSQL, or has a password in it
     */
    public PostgresAddress {
        if (!url.startsWith(SCHEME)) {
            throw new IllegalArgumentException(
                    "The URL of the database must begin with %s, as in %s//db.example.com:5432/gantry; it is %s"
                            .formatted(SCHEME, SCHEME, withoutParameters(url)));
        }
        if (url.toLowerCase(Locale.ROOT).contains("password=")) {
            throw new IllegalArgumentException(
                    "The URL of the database, %s, has a password in it, which other users of the machine can see: write it to a file"
                                    .formatted(withoutParameters(url))
                            + " and name that with --db-password-file, or set GANTRY_DB_PASSWORD");
        }
    }

    /** Returns the address without parameters and the password. */
    @Override
    public String toString() {
        return withoutParameters(url).substring(SCHEME.length());
    }

    /** Returns the properties of a connection. */
    Properties properties() {
        Properties properties = new Properties();
        user.ifPresent(name -> properties.setProperty("user", name));
        password.ifPresent(secret -> properties.setProperty("password", secret));
        return properties;
    }

    private static String withoutParameters(String url) {
        int begin = url.indexOf('?');
        return begin < 0 ? url : url.substring(0, begin);
    }
}
