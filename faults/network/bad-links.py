"""Links that delay, lose and reorder packets, as netem does, on kernels that have no netem.

Usage: bad-links.py SEED NEAR:FAR [NEAR:FAR ...]

Each pair is made as two TUN devices, and what is sent into one comes out of the other. How bad the links are is told as a
line of JSON on standard input, such as {"delayMs": 100, "jitterMs": 50, "loss": 0.05}, and holds until the next line: each
packet of either direction is lost with the probability `loss`, or arrives after `delayMs` plus or minus up to `jitterMs`,
by itself, so that one can overtake another. Without a line they are perfect. It ends with its standard input.
"""

import errno
import fcntl
import heapq
import json
import os
import random
import selectors
import struct
import sys
import time

# From linux/if_tun.h.
TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000

LARGEST_PACKET = 65_535
# So many are taken from one device before the others have their turn.
BATCH = 64


def open_tun(name):
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
    return device


def packets(device):
    for _ in range(BATCH):
        try:
            yield os.read(device, LARGEST_PACKET)
        except BlockingIOError:
            return
        except OSError as error:
            if error.errno != errno.EBADFD:
                raise
            # It is not up yet.
            time.sleep(0.005)
            return


class Links:
    def __init__(self, seed, pairs):
        self.chance = random.Random(seed)
        self.condition = {}
        # (due, number, device, packet): the number keeps the order of those that are due at the same time.
        self.under_way = []
        self.number = 0
        self.other_end = {}
        for pair in pairs:
            near, far = (open_tun(name) for name in pair.split(":"))
            self.other_end[near] = far
            self.other_end[far] = near

    def take(self, device, now):
        delay = self.condition.get("delayMs", 0)
        jitter = self.condition.get("jitterMs", 0)
        for packet in packets(device):
            if self.chance.random() < self.condition.get("loss", 0):
                continue
            wait = max(0, delay + self.chance.uniform(-jitter, jitter)) / 1000
            self.number += 1
            heapq.heappush(self.under_way, (now + wait, self.number, self.other_end[device], packet))

    def deliver(self, now):
        while self.under_way and self.under_way[0][0] <= now:
            device, packet = heapq.heappop(self.under_way)[2:]
            try:
                os.write(device, packet)
            except OSError:
                # The other end is down, or full: a real link would lose it too.
                pass

    def next_due(self, now):
        return max(0, self.under_way[0][0] - now) if self.under_way else None


def main():
    links = Links(int(sys.argv[1]), sys.argv[2:])
    events = selectors.DefaultSelector()
    for device in links.other_end:
        events.register(device, selectors.EVENT_READ)
    events.register(sys.stdin, selectors.EVENT_READ)
    print("ready", flush=True)
    while True:
        for key, _ in events.select(links.next_due(time.monotonic())):
            if key.fileobj is not sys.stdin:
                links.take(key.fileobj, time.monotonic())
                continue
            line = sys.stdin.readline()
            if not line:
                return
            links.condition = json.loads(line)
            print("set", flush=True)
        links.deliver(time.monotonic())


main()
