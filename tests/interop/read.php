<?php
// Reads a calendar with sabre/vobject from standard input; writes what it understood as JSON.
error_reporting(E_ALL & ~E_DEPRECATED);
require "Sabre/VObject/autoload.php";

function understood($property) {
    $at = $property->getDateTime();
    return $property->hasTime() ? $at->getTimestamp() : $at->format("Y-m-d");
}

// Debian's version leaves all escapes but that of a new line to who asks.
function plain($property) {
    return strtr((string) $property, ["\\\\" => "\\", "\\," => ",", "\\;" => ";"]);
}

$events = [];
foreach (Sabre\VObject\Reader::read(stream_get_contents(STDIN))->select("VEVENT") as $event) {
    $events[] = [
        "uid" => (string) $event->UID,
        "start" => understood($event->DTSTART),
        "end" => understood($event->DTEND),
        "title" => plain($event->SUMMARY),
        "place" => plain($event->LOCATION),
        "description" => plain($event->DESCRIPTION),
        "status" => (string) $event->STATUS,
        "sequence" => (int) (string) $event->SEQUENCE,
    ];
}
echo json_encode($events, JSON_THROW_ON_ERROR);
