# Memory bound of the shadow (emulated machine)
# Makes ablation-memory.svg and ablation-memory.png: run it in this folder.
set encoding utf8
do for [kind in "svg png"] {
reset
set datafile separator "\t"
set datafile columnheaders
set datafile missing "-"
if (kind eq "svg") {
  set terminal svg size 680,320 dynamic enhanced font "DejaVu Sans,14" background "#ffffff"
} else {
  set terminal pngcairo size 1360,640 enhanced font "DejaVu Sans,14" fontscale 1.5 linewidth 2 pointscale 2 background "#ffffff"
}
set output "ablation-memory.".kind
set border 3 lc rgb "#808080"
set tics nomirror out scale 0.5 tc rgb "#000000"
set grid back lc rgb "#d8d8d8" lw 1 dt 1
set style fill border -1
set label "{/:Bold Memory bound of the shadow}" at screen 0.012, screen 0.9437 left
set label "{/*0.86 emulated machine}" at screen 0.012, screen 0.8750 left
set label "spt.memory=auto" at screen 0.024, screen 0.8063 left noenhanced font ",12" point pt 6 ps 1 lw 1.6 lc rgb "#505050" offset 0.9,-0.25
set label "spt.memory=512k" at screen 0.235, screen 0.8063 left noenhanced font ",12" point pt 7 ps 1 lw 1.6 lc rgb "#505050" offset 0.9,-0.25
set label "spt.memory=1m" at screen 0.446, screen 0.8063 left noenhanced font ",12" point pt 9 ps 1 lw 1.6 lc rgb "#505050" offset 0.9,-0.25
set label "spt.memory=4m" at screen 0.636, screen 0.8063 left noenhanced font ",12" point pt 13 ps 1 lw 1.6 lc rgb "#505050" offset 0.9,-0.25
set multiplot
set yrange [-3.60:0]
set lmargin at screen 0.370
set tmargin at screen 0.6125
set bmargin at screen 0.2313
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("sparse-stride: first-touch" -1.90, "sparse-stride: warm" -2.90)
set label "{/:Bold Shadow paging}" at screen 0.012, first -0.90 left front
set rmargin at screen 0.545
set logscale x 10
set xrange [7:2.5e+04]
set xtics ("10" 10, "1k" 1000) font ",11"
set label "instructions\nper operation" at screen 0.370, graph 1 offset 0,1.4 left font ",12"
plot "ablation-memory.tsv" using (column("cost low")):(column("y")):(column("cost span")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-memory.tsv" using (column("cost spt spt.memory=4m")):(column("y")+-0.27) with points pt 13 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-memory.tsv" using (column("cost spt spt.memory=1m")):(column("y")+-0.09) with points pt 9 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-memory.tsv" using (column("cost spt spt.memory=512k")):(column("y")+0.09) with points pt 7 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-memory.tsv" using (column("cost spt spt.memory=auto")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle
unset label
set yrange [-3.60:0]
set lmargin at screen 0.575
set tmargin at screen 0.6125
set bmargin at screen 0.2313
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("sparse-stride: first-touch" -1.90, "sparse-stride: warm" -2.90)
unset ytics
set rmargin at screen 0.750
unset logscale x
set xrange [-0.06109:1.222]
set xtics 0,0.5 font ",11"
set label "exits\nper operation" at screen 0.575, graph 1 offset 0,1.4 left font ",12"
plot "ablation-memory.tsv" using (column("exits low")):(column("y")):(column("exits span")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-memory.tsv" using (column("exits spt spt.memory=4m")):(column("y")+-0.27) with points pt 13 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-memory.tsv" using (column("exits spt spt.memory=1m")):(column("y")+-0.09) with points pt 9 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-memory.tsv" using (column("exits spt spt.memory=512k")):(column("y")+0.09) with points pt 7 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-memory.tsv" using (column("exits spt spt.memory=auto")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle
unset label
set yrange [-3.60:0]
set lmargin at screen 0.780
set tmargin at screen 0.6125
set bmargin at screen 0.2313
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("sparse-stride: first-touch" -1.90, "sparse-stride: warm" -2.90)
unset ytics
set rmargin at screen 0.955
unset logscale x
set xrange [-123.9:2478]
set xtics 0,1000 font ",11"
set label "KiB of tables\nat the end" at screen 0.780, graph 1 offset 0,1.4 left font ",12"
plot "ablation-memory.tsv" using (column("table_bytes low")):(column("y")):(column("table_bytes span")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-memory.tsv" using (column("table_bytes spt spt.memory=4m")):(column("y")+-0.27) with points pt 13 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-memory.tsv" using (column("table_bytes spt spt.memory=1m")):(column("y")+-0.09) with points pt 9 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-memory.tsv" using (column("table_bytes spt spt.memory=512k")):(column("y")+0.09) with points pt 7 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-memory.tsv" using (column("table_bytes spt spt.memory=auto")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle
unset multiplot
unset output
}
