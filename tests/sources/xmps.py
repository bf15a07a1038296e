"""XMP as programs for photos write it, and a name that may never come out of it."""

CANARY = "Zerlina Quastenberg"
"""Stands in regions of faces, in lists of who is pictured, and in tags."""

_NAMES = (
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" xmlns:lr="http://ns.adobe.com/lightroom/1.0/" '
    'xmlns:digiKam="http://www.digikam.org/ns/1.0/" xmlns:t="http://www.w3.org/ns/tdmrep/" '
    'xmlns:xmpDM="http://ns.adobe.com/xmp/1.0/DynamicMedia/" '
    'xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/" '
    'xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#" '
    'xmlns:MP="http://ns.microsoft.com/photo/1.2/" '
    'xmlns:MPRI="http://ns.microsoft.com/photo/1.2/t/RegionInfo#" '
    'xmlns:MPReg="http://ns.microsoft.com/photo/1.2/t/Region#" '
    'xmlns:MicrosoftPhoto="http://ns.microsoft.com/photo/1.0/" '
    'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
    'xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" '
    'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'
)

REGIONS = f"""
<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:RegionList><rdf:Bag>
 <rdf:li><rdf:Description mwg-rs:Name="{CANARY}" mwg-rs:Type="Face">
  <mwg-rs:Area stArea:x="0.4" stArea:y="0.3" stArea:w="0.1" stArea:h="0.1"/>
 </rdf:Description></rdf:li>
 <rdf:li rdf:parseType="Resource"><mwg-rs:Name>{CANARY}</mwg-rs:Name></rdf:li>
</rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>
<MP:RegionInfo><rdf:Description><MPRI:Regions><rdf:Bag>
 <rdf:li MPReg:PersonDisplayName="{CANARY}" MPReg:Rectangle="0.1,0.1,0.2,0.2"/>
</rdf:Bag></MPRI:Regions></rdf:Description></MP:RegionInfo>
<Iptc4xmpExt:PersonInImage><rdf:Bag><rdf:li>{CANARY}</rdf:li></rdf:Bag></Iptc4xmpExt:PersonInImage>
"""
"""The name as digiKam, Lightroom, Windows and IPTC's own tools write it."""


def xmp(body: str = "", attributes: str = "", encoding: str = "utf-8") -> bytes:
    """Return a document of XMP with these properties, as elements or as attributes."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 6.0.0">\n'
        f'<rdf:RDF {_NAMES}><rdf:Description rdf:about="" {attributes}>'
        f"{body}</rdf:Description></rdf:RDF></x:xmpmeta>\n"
        '<?xpacket end="w"?>'
    ).encode(encoding)


def bag(name: str, *words: str) -> str:
    """Return a property that lists words."""
    listed = "".join(f"<rdf:li>{word}</rdf:li>" for word in words)
    return f"<{name}><rdf:Bag>{listed}</rdf:Bag></{name}>"


MINING = "<plus:DataMining>http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED</plus:DataMining>"
PLAIN = xmp(bag("dc:subject", "harbour", CANARY) + REGIONS, 'xmp:Rating="4"')
"""A sidecar that reserves nothing, with the name in all its places."""


def jpeg_segment(packet: bytes) -> bytes:
    """Return the application segment in which a JPEG holds a packet (ISO 16684-3)."""
    data = b"http://ns.adobe.com/xap/1.0/\0" + packet
    return b"\xff\xe1" + (len(data) + 2).to_bytes(2, "big") + data
