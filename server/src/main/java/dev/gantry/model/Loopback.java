package dev.gantry.model;

import java.util.Locale;
import java.util.regex.Pattern;

/** Decides whether an address stays on this machine. */
public final class Loopback {

    private static final Pattern IPV4 = Pattern.compile("127(\\.[0-9]{1,3}){3}");

    private Loopback() {}

    /**
     * Decides by the text of a host, without resolving a name: the address of any name except {@code localhost} may
     * change.
     *
     * @param host a name or an address, IPv6 with or without brackets
     * @return true for {@code localhost}, {@code 127.0.0.0/8} and {@code ::1}
     */
    public static boolean isHost(String host) {
        String bare = host.replaceAll("^\\[(.*)]$", "$1").toLowerCase(Locale.ROOT);
        return bare.equals("localhost")
                || bare.equals("::1")
                || IPV4.matcher(bare).matches();
    }

    /**
     * Decides by the text of an address.
     *
     * @param address {@code HOST:PORT}
     * @return as {@link #isHost}
     */
    public static boolean isAddress(String address) {
        int colon = address.lastIndexOf(':');
        return colon > 0 && isHost(address.substring(0, colon));
    }
}
