# Shadow strategy (emulated machine)
# Makes ablation-strategy.svg and ablation-strategy.png: run it in this folder.
set encoding utf8
do for [kind in "svg png"] {
reset
set datafile separator "\t"
set datafile columnheaders
set datafile missing "-"
if (kind eq "svg") {
  set terminal svg size 680,1204 dynamic enhanced font "DejaVu Sans,14" background "#ffffff"
} else {
  set terminal pngcairo size 1360,2408 enhanced font "DejaVu Sans,14" fontscale 1.5 linewidth 2 pointscale 2 background "#ffffff"
}
set output "ablation-strategy.".kind
set border 3 lc rgb "#808080"
set tics nomirror out scale 0.5 tc rgb "#000000"
set grid back lc rgb "#d8d8d8" lw 1 dt 1
set style fill border -1
set label "{/:Bold Shadow strategy}" at screen 0.012, screen 0.9850 left
set label "{/*0.86 emulated machine}" at screen 0.012, screen 0.9668 left
set label "unsync" at screen 0.024, screen 0.9485 left noenhanced font ",12" point pt 6 ps 1 lw 1.6 lc rgb "#505050" offset 0.9,-0.25
set label "vtlb" at screen 0.138, screen 0.9485 left noenhanced font ",12" point pt 7 ps 1 lw 1.6 lc rgb "#505050" offset 0.9,-0.25
set label "trap" at screen 0.231, screen 0.9485 left noenhanced font ",12" point pt 9 ps 1 lw 1.6 lc rgb "#505050" offset 0.9,-0.25
set label "trap + filter" at screen 0.324, screen 0.9485 left noenhanced font ",12" point pt 13 ps 1 lw 1.6 lc rgb "#505050" offset 0.9,-0.25
set multiplot
set yrange [-29.60:0]
set lmargin at screen 0.370
set tmargin at screen 0.8970
set bmargin at screen 0.0615
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("dense-sequential: first-touch" -1.90, "hot-set: first-touch" -2.90, "sparse-stride: first-touch" -3.90, "random: first-touch" -4.90, "pointer-chase: build" -5.90, "reach: first-touch" -6.90, "demand-paging: demand" -7.90, "churn" -8.90, "mprotect: warm-up" -9.90, "mprotect: flip" -10.90, "pte-edit: warm-up" -11.90, "pte-edit: edit" -12.90, "switch: first-round" -13.90, "switch" -14.90, "kpti: first-calls" -15.90, "kpti: call" -16.90, "fork" -17.90, "fork: child-write" -18.90, "fork: parent-write" -19.90, "fork: exit" -20.90, "accessed-scan: clear" -21.90, "accessed-scan: touch" -22.90, "accessed-scan: scan" -23.90, "mixed: start" -24.90, "mixed: protect" -25.90, "mixed: copy" -26.90, "mixed: scan" -27.90, "mixed: unmap" -28.90)
set label "{/:Bold Shadow paging}" at screen 0.012, first -0.90 left front
set rmargin at screen 0.545
set logscale x 10
set xrange [7:2.5e+05]
set xtics ("10" 10, "1k" 1000, "100k" 100000) font ",11"
set label "instructions\nper operation" at screen 0.370, graph 1 offset 0,1.4 left font ",12"
plot "ablation-strategy.tsv" using (column("cost low")):(column("y")):(column("cost span")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-strategy.tsv" using (column("cost spt trap + filter")):(column("y")+-0.27) with points pt 13 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-strategy.tsv" using (column("cost spt trap")):(column("y")+-0.09) with points pt 9 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-strategy.tsv" using (column("cost spt vtlb")):(column("y")+0.09) with points pt 7 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-strategy.tsv" using (column("cost spt unsync")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle
unset label
set yrange [-29.60:0]
set lmargin at screen 0.575
set tmargin at screen 0.8970
set bmargin at screen 0.0615
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("dense-sequential: first-touch" -1.90, "hot-set: first-touch" -2.90, "sparse-stride: first-touch" -3.90, "random: first-touch" -4.90, "pointer-chase: build" -5.90, "reach: first-touch" -6.90, "demand-paging: demand" -7.90, "churn" -8.90, "mprotect: warm-up" -9.90, "mprotect: flip" -10.90, "pte-edit: warm-up" -11.90, "pte-edit: edit" -12.90, "switch: first-round" -13.90, "switch" -14.90, "kpti: first-calls" -15.90, "kpti: call" -16.90, "fork" -17.90, "fork: child-write" -18.90, "fork: parent-write" -19.90, "fork: exit" -20.90, "accessed-scan: clear" -21.90, "accessed-scan: touch" -22.90, "accessed-scan: scan" -23.90, "mixed: start" -24.90, "mixed: protect" -25.90, "mixed: copy" -26.90, "mixed: scan" -27.90, "mixed: unmap" -28.90)
unset ytics
set rmargin at screen 0.750
unset logscale x
set xrange [-1.121:22.42]
set xtics 0,10 font ",11"
set label "exits\nper operation" at screen 0.575, graph 1 offset 0,1.4 left font ",12"
plot "ablation-strategy.tsv" using (column("exits low")):(column("y")):(column("exits span")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-strategy.tsv" using (column("exits spt trap + filter")):(column("y")+-0.27) with points pt 13 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-strategy.tsv" using (column("exits spt trap")):(column("y")+-0.09) with points pt 9 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-strategy.tsv" using (column("exits spt vtlb")):(column("y")+0.09) with points pt 7 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-strategy.tsv" using (column("exits spt unsync")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle
unset label
set yrange [-29.60:0]
set lmargin at screen 0.780
set tmargin at screen 0.8970
set bmargin at screen 0.0615
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("dense-sequential: first-touch" -1.90, "hot-set: first-touch" -2.90, "sparse-stride: first-touch" -3.90, "random: first-touch" -4.90, "pointer-chase: build" -5.90, "reach: first-touch" -6.90, "demand-paging: demand" -7.90, "churn" -8.90, "mprotect: warm-up" -9.90, "mprotect: flip" -10.90, "pte-edit: warm-up" -11.90, "pte-edit: edit" -12.90, "switch: first-round" -13.90, "switch" -14.90, "kpti: first-calls" -15.90, "kpti: call" -16.90, "fork" -17.90, "fork: child-write" -18.90, "fork: parent-write" -19.90, "fork: exit" -20.90, "accessed-scan: clear" -21.90, "accessed-scan: touch" -22.90, "accessed-scan: scan" -23.90, "mixed: start" -24.90, "mixed: protect" -25.90, "mixed: copy" -26.90, "mixed: scan" -27.90, "mixed: unmap" -28.90)
unset ytics
set rmargin at screen 0.955
unset logscale x
set xrange [-0.2012:4.025]
set xtics 0,2 font ",11"
set label "flushes\nper operation" at screen 0.780, graph 1 offset 0,1.4 left font ",12"
plot "ablation-strategy.tsv" using (column("executed low")):(column("y")):(column("executed span")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-strategy.tsv" using (column("executed spt trap + filter")):(column("y")+-0.27) with points pt 13 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-strategy.tsv" using (column("executed spt trap")):(column("y")+-0.09) with points pt 9 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-strategy.tsv" using (column("executed spt vtlb")):(column("y")+0.09) with points pt 7 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-strategy.tsv" using (column("executed spt unsync")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle
unset multiplot
unset output
}
