package dev.gantry.jobfile.hcl2;

import com.google.common.net.InetAddresses;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Functions on blocks of addresses, such as {@code 10.0.0.0/8}. */
final class NetworkFunctions {

    private static final Pattern V4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    private static final Pattern V6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

    /** The addresses of a block: those that begin with the first bits of one. */
    private record Block(BigInteger network, int prefix, int bits) {

        Block part(BigInteger number, int longer) {
            int newPrefix = prefix + longer;
            return new Block(network.add(number.shiftLeft(bits - newPrefix)), newPrefix, bits);
        }

        String address(BigInteger value) {
            byte[] bytes = new byte[bits / 8];
            byte[] written = value.toByteArray();
            for (int i = 0; i < Math.min(bytes.length, written.length); i++) {
                bytes[bytes.length - 1 - i] = written[written.length - 1 - i];
            }
            return textOf(bytes);
        }

        @Override
        public String toString() {
            return address(network) + "/" + prefix;
        }
    }

    private NetworkFunctions() {}

    static void addTo(Functions.Table table) {
        table.add("cidrhost", 2, NetworkFunctions::host);
        table.add("cidrnetmask", 1, NetworkFunctions::netmask);
        table.add("cidrsubnet", 3, NetworkFunctions::subnet);
        table.add("cidrsubnets", 1, Integer.MAX_VALUE, NetworkFunctions::subnets);
    }

    private static Block block(Arguments a) {
        String[] parts = a.text(0).split("/", -1);
        boolean v4 = V4.matcher(parts[0]).matches();
        if (parts.length == 2
                && parts[1].matches("[0-9]{1,3}")
                && (v4 || V6.matcher(parts[0]).matches())) {
            try {
                byte[] bytes = InetAddress.getByName(parts[0]).getAddress();
                int bits = bytes.length * 8;
                int prefix = Integer.parseInt(parts[1]);
                if (prefix <= bits) {
                    BigInteger address = new BigInteger(1, bytes);
                    return new Block(address.shiftRight(bits - prefix).shiftLeft(bits - prefix), prefix, bits);
                }
            } catch (UnknownHostException e) {
                throw a.unfit(0, "a block of addresses, such as \"10.0.0.0/8\"");
            }
        }
        throw a.unfit(0, "a block of addresses, such as \"10.0.0.0/8\"");
    }

    /** A negative number counts from the end. */
    private static Datum host(Arguments a) {
        Block block = block(a);
        BigInteger size = BigInteger.ONE.shiftLeft(block.bits() - block.prefix());
        BigInteger number = whole(a, 1);
        BigInteger offset = number.signum() < 0 ? size.add(number) : number;
        if (offset.signum() < 0 || offset.compareTo(size) >= 0) {
            throw a.fault(1, "%s has no address %s".formatted(block, number));
        }
        return Datum.text(block.address(block.network().add(offset)));
    }

    private static Datum netmask(Arguments a) {
        Block block = block(a);
        if (block.bits() != 32) {
            throw a.unfit(0, "a block of IPv4 addresses");
        }
        BigInteger ones = BigInteger.ONE.shiftLeft(block.prefix()).subtract(BigInteger.ONE);
        return Datum.text(block.address(ones.shiftLeft(32 - block.prefix())));
    }

    private static Datum subnet(Arguments a) {
        Block block = block(a);
        int longer = a.integer(1, 0, block.bits() - block.prefix());
        BigInteger number = whole(a, 2);
        if (number.signum() < 0 || number.bitLength() > longer) {
            throw a.fault(2, "%s has no part %s with %d more bits".formatted(block, number, longer));
        }
        return Datum.text(block.part(number, longer).toString());
    }

    private static Datum subnets(Arguments a) {
        Block block = block(a);
        BigInteger end = block.network().add(BigInteger.ONE.shiftLeft(block.bits() - block.prefix()));
        BigInteger next = block.network();
        List<Datum> parts = new ArrayList<>();
        for (int i = 1; i < a.count(); i++) {
            int longer = a.integer(i, 1, block.bits() - block.prefix());
            BigInteger size = BigInteger.ONE.shiftLeft(block.bits() - block.prefix() - longer);
            BigInteger start =
                    next.add(size).subtract(BigInteger.ONE).divide(size).multiply(size);
            next = start.add(size);
            if (next.compareTo(end) > 0) {
                throw a.fault(i, "%s has no room for this part".formatted(block));
            }
            parts.add(Datum.text(new Block(start, block.prefix() + longer, block.bits()).toString()));
        }
        return Datum.Sequence.of(parts);
    }

    private static BigInteger whole(Arguments a, int index) {
        BigDecimal number = a.number(index);
        if (number.stripTrailingZeros().scale() > 0) {
            throw a.unfit(index, "a whole number");
        }
        return number.toBigInteger();
    }

    private static String textOf(byte[] address) {
        try {
            return InetAddresses.toAddrString(InetAddress.getByAddress(address));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("An address of 4 or 16 bytes", e);
        }
    }
}
