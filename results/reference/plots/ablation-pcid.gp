# Hardware PCIDs for shadow roots (emulated machine)
# Makes ablation-pcid.svg and ablation-pcid.png: run it in this folder.
set encoding utf8
do for [kind in "svg png"] {
reset
set datafile separator "\t"
set datafile columnheaders
set datafile missing "-"
if (kind eq "svg") {
  set terminal svg size 680,326 dynamic enhanced font "DejaVu Sans,14" background "#ffffff"
} else {
  set terminal pngcairo size 1360,652 enhanced font "DejaVu Sans,14" fontscale 1.5 linewidth 2 pointscale 2 background "#ffffff"
}
set output "ablation-pcid.".kind
set border 3 lc rgb "#808080"
set tics nomirror out scale 0.5 tc rgb "#000000"
set grid back lc rgb "#d8d8d8" lw 1 dt 1
set style fill border -1
set label "{/:Bold Hardware PCIDs for shadow roots}" at screen 0.012, screen 0.9448 left
set label "{/*0.86 emulated machine}" at screen 0.012, screen 0.8773 left
set label "spt.pcid=on" at screen 0.024, screen 0.8098 left noenhanced font ",12" point pt 6 ps 1 lw 1.6 lc rgb "#505050" offset 0.9,-0.25
set label "spt.pcid=off" at screen 0.192, screen 0.8098 left noenhanced font ",12" point pt 7 ps 1 lw 1.6 lc rgb "#505050" offset 0.9,-0.25
set multiplot
set yrange [-4.60:0]
set lmargin at screen 0.370
set tmargin at screen 0.6196
set bmargin at screen 0.2270
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("switch: first-round" -1.90, "switch" -2.90, "kpti: call" -3.90)
set label "{/:Bold Shadow paging}" at screen 0.012, first -0.90 left front
set rmargin at screen 0.545
set logscale x 10
set xrange [70:2.5e+05]
set xtics ("100" 100, "10k" 10000) font ",11"
set label "instructions\nper operation" at screen 0.370, graph 1 offset 0,1.4 left font ",12"
plot "ablation-pcid.tsv" using (column("cost low")):(column("y")):(column("cost span")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-pcid.tsv" using (column("cost spt spt.pcid=off")):(column("y")+-0.27) with points pt 7 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-pcid.tsv" using (column("cost spt spt.pcid=on")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle
unset label
set yrange [-4.60:0]
set lmargin at screen 0.575
set tmargin at screen 0.6196
set bmargin at screen 0.2270
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("switch: first-round" -1.90, "switch" -2.90, "kpti: call" -3.90)
unset ytics
set rmargin at screen 0.750
unset logscale x
set xrange [-0.575:11.5]
set xtics 0,5 font ",11"
set label "exits\nper operation" at screen 0.575, graph 1 offset 0,1.4 left font ",12"
plot "ablation-pcid.tsv" using (column("exits low")):(column("y")):(column("exits span")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-pcid.tsv" using (column("exits spt spt.pcid=off")):(column("y")+-0.27) with points pt 7 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-pcid.tsv" using (column("exits spt spt.pcid=on")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle
unset label
set yrange [-4.60:0]
set lmargin at screen 0.780
set tmargin at screen 0.6196
set bmargin at screen 0.2270
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("switch: first-round" -1.90, "switch" -2.90, "kpti: call" -3.90)
unset ytics
set rmargin at screen 0.955
unset logscale x
set xrange [-0.115:2.3]
set xtics 0,1 font ",11"
set label "flushes\nper operation" at screen 0.780, graph 1 offset 0,1.4 left font ",12"
plot "ablation-pcid.tsv" using (column("executed low")):(column("y")):(column("executed span")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-pcid.tsv" using (column("executed spt spt.pcid=off")):(column("y")+-0.27) with points pt 7 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-pcid.tsv" using (column("executed spt spt.pcid=on")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle
unset multiplot
unset output
}
