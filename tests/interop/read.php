<?php
// What sabre/vobject (Nextcloud's server's) understands of calendars: each comes as a line of JSON, and so does that.
error_reporting(E_ALL & ~E_DEPRECATED);
require "Sabre/VObject/autoload.php";

function when($property) {
    $at = $property->getDateTime();
    return $property->hasTime() ? $at->getTimestamp() : $at->format("Y-m-d");
}

// Debian's version leaves all escapes but that of a new line to who asks.
function plain($property) {
    return strtr((string) $property, ["\\\\" => "\\", "\\," => ",", "\\;" => ";"]);
}

function understood($text) {
    $events = [];
    foreach (Sabre\VObject\Reader::read($text)->select("VEVENT") as $event) {
        $events[] = [
            "uid" => (string) $event->UID,
            "start" => when($event->DTSTART),
            "end" => when($event->DTEND),
            "title" => plain($event->SUMMARY),
            "place" => plain($event->LOCATION),
            "description" => plain($event->DESCRIPTION),
            "status" => (string) $event->STATUS,
            "sequence" => (int) (string) $event->SEQUENCE,
        ];
    }
    return $events;
}

while (($line = fgets(STDIN)) !== false) {
    fwrite(STDOUT, json_encode(understood(json_decode($line, flags: JSON_THROW_ON_ERROR)), JSON_THROW_ON_ERROR) . "\n");
}
