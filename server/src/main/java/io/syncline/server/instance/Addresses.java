package io.syncline.server.instance;

import io.syncline.engine.net.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Where connections of this machine come from, for the allow lists of instances.
public final class Addresses {
    private Addresses() {}

    /// The address that the system would connect from to each of these; all there are, when that
    /// cannot be told.
    public static List<String> towards(List<HostPort> targets) {
        Set<String> found = new TreeSet<>();
        for (HostPort target : targets) {
            // A datagram socket that is connected sends nothing, but chooses a route.
            try (DatagramSocket socket = new DatagramSocket()) {
                socket.connect(new InetSocketAddress(target.host(), target.port()));
                InetAddress own = socket.getLocalAddress();
                if (!own.isAnyLocalAddress()) {
                    found.add(text(own));
                }
            } catch (IOException | UncheckedIOException e) {
                System.getLogger(Addresses.class.getName())
                        .log(System.Logger.Level.DEBUG, "no route to " + target, e);
            }
        }
        return found.isEmpty() ? all() : List.copyOf(found);
    }

    /// What to do about an allow list, behind another remedy; empty where nothing is known.
    public static String allow(List<String> from) {
        return from.isEmpty()
                ? ""
                : ". If the instance has an allow list, put " + String.join(", ", from) + " on it";
    }

    /// As an allow list takes it: the shortest form, without the name of our network card.
    private static String text(InetAddress address) {
        String text = address.getHostAddress();
        int card = text.indexOf('%');
        return (card < 0 ? text : text.substring(0, card)).replaceFirst("(^|:)(0(:|$)){2,}", "::");
    }

    /// Every address of this machine that others could see.
    public static List<String> all() {
        List<String> all = new ArrayList<>();
        try {
            NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(a -> !a.isLoopbackAddress() && !a.isLinkLocalAddress())
                    .map(Addresses::text)
                    .sorted()
                    .forEach(all::add);
        } catch (SocketException e) {
            System.getLogger(Addresses.class.getName())
                    .log(System.Logger.Level.WARNING, "the own addresses cannot be listed", e);
        }
        return all;
    }
}
