"""A name server of the tests' own, on loopback: says what it is given, and that there is nothing else."""

import socket
from threading import Thread

import dns.flags
import dns.message
import dns.rcode
import dns.rrset


class Nameserver:
    """records: {("example.org.", "TXT"): ['"v=spf1 -all"']}."""

    def __init__(self, records):
        self.records = records
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        Thread(target=self._run, daemon=True).start()

    def stop(self):
        self._socket.close()

    def _run(self):
        while True:
            try:
                octets, whom = self._socket.recvfrom(4096)
                self._socket.sendto(self._answer(dns.message.from_wire(octets)).to_wire(), whom)
            except OSError:
                return

    def _answer(self, question):
        answer = dns.message.make_response(question)
        answer.flags |= dns.flags.RA
        [asked] = question.question
        kind = dns.rdatatype.to_text(asked.rdtype)
        found = self.records.get((str(asked.name).lower(), kind))
        if found:
            answer.answer.append(dns.rrset.from_text(asked.name, 60, "IN", kind, *found))
        elif not any(name == str(asked.name).lower() for name, _ in self.records):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer
